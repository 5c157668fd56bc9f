package org.filigree.trainer.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found in a folder.
 *
 * @param facts in the order they are told; a name that ends in {@code _bytes} is a size
 * @param vllm what vLLM would refuse, or serve otherwise than it was trained
 * @param shortcomings what is missing or odd
 */
public record Inspection(Kind kind, String path, ObjectNode facts, List<String> vllm, List<String> shortcomings) {

    /** What a folder can be. */
    public enum Kind {
        BASE,
        ADAPTER,
        CORPUS,
        RUN
    }

    static Inspection of(Kind kind, String path) {
        return new Inspection(kind, path, JsonNodeFactory.instance.objectNode(), new ArrayList<>(), new ArrayList<>());
    }
}
