package org.filigree.engine;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WorkspaceTest {

    @Property
    void aBucketHoldsItsBatchAndWastesAtMostAQuarter(@ForAll @IntRange(min = 1, max = 1 << 24) int tokens) {
        var bucket = Workspace.bucket(tokens);
        assertThat(bucket).isGreaterThanOrEqualTo(tokens);
        assertThat(bucket - tokens).isLessThan(Math.max(16, tokens / 4 + 1));
    }

    @Property
    void bucketsOfBucketsAreThemselves(@ForAll @IntRange(min = 1, max = 1 << 24) int tokens) {
        assertThat(Workspace.bucket(Workspace.bucket(tokens))).isEqualTo(Workspace.bucket(tokens));
    }
}
