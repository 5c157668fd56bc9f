package org.filigree.engine.libtorch;

/** Where these tests compute: {@code -Dfiligree.device=cuda} with the profile {@code libtorch-cuda} on a machine with a GPU. */
final class TestDevice {

    static final String NAME = System.getProperty("filigree.device", "cpu");

    private TestDevice() {}
}
