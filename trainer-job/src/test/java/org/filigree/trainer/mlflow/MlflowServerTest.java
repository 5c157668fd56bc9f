package org.filigree.trainer.mlflow;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MlflowServerTest {

    private static final Duration PATIENCE = Duration.ofMillis(200);

    @Test
    void anAnswerThatStallsInItsBodyIsNotWaitedFor() throws IOException {
        var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        });
        http.start();
        try {
            var server = MlflowServer.of(
                    Map.of(
                            MlflowServer.ADDRESS,
                            "http://127.0.0.1:" + http.getAddress().getPort()),
                    PATIENCE);
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThatThrownBy(() -> server.post("runs/update", MlflowServer.object()))
                            .isInstanceOf(HttpTimeoutException.class));
        } finally {
            http.stop(0);
        }
    }
}
