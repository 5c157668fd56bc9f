package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.filigree.config.RunConfig.HeldOut;
import org.filigree.config.RunConfig.Source;

/** {@code held_out}: a share of the training rows, or a list of sources. */
record HeldOutType(Section<Source> source) implements Type<HeldOut> {

    private static final Type<Double> SHARE = NumberTypes.fraction();

    private Type<List<Source>> sources() {
        return ContainerTypes.listOf(source);
    }

    @Override
    public HeldOut read(Spot spot) {
        if (spot.node() instanceof Located.Sequence sequence
                && !sequence.items().isEmpty()) {
            var sources = sources().read(spot);
            return sources == null ? null : new HeldOut(0, sources);
        }
        var share = SHARE.read(spot.quiet());
        return share == null ? spot.refuse(this) : new HeldOut(share, List.of());
    }

    @Override
    public Object write(HeldOut value) {
        return value.sources().isEmpty()
                ? SHARE.write(value.share())
                : sources().write(value.sources());
    }

    @Override
    public ObjectNode schema() {
        var either = Type.object();
        either.putArray("anyOf").add(SHARE.schema()).add(sources().schema());
        return either;
    }

    @Override
    public String wanted() {
        return SHARE.wanted() + ", or a list of sources";
    }
}
