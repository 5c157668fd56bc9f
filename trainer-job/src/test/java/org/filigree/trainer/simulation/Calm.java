package org.filigree.trainer.simulation;

import java.util.List;

/** Nothing happens. */
final class Calm implements Fate {

    @Override
    public void moment(Driver driver, String what) {}

    @Override
    public void replaces(Driver driver, String path, Driver.Look look) {}

    @Override
    public boolean fails(Driver driver) {
        return false;
    }

    @Override
    public boolean fullOrFails(Driver driver) {
        return false;
    }

    @Override
    public boolean killedWriting(Driver driver) {
        return false;
    }

    @Override
    public byte[] cutOff(byte[] bytes) {
        return bytes;
    }

    @Override
    public void shuffle(List<?> items) {}
}
