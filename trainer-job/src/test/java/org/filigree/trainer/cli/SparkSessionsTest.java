package org.filigree.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.filigree.trainer.telemetry.FiligreePlugin;
import org.junit.jupiter.api.Test;

class SparkSessionsTest {

    @Test
    void ourPluginComesAfterThoseOfTheUser() {
        var ours = FiligreePlugin.class.getName();
        assertThat(SparkSessions.plugins(null)).isEqualTo(ours);
        assertThat(SparkSessions.plugins("a.Plugin,b.Plugin")).isEqualTo("a.Plugin,b.Plugin," + ours);
    }
}
