package org.filigree.config;

import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/** Maps, lists, texts, numbers and flags as YAML; texts that are not simple are in double quotes, line breaks escaped. */
final class PlainYaml {

    private static final Pattern SIMPLE = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./@=+ -]*(:[A-Za-z0-9_./@=+-]+)*");

    private PlainYaml() {}

    static String write(Map<String, Object> root) {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(FlowStyle.BLOCK);
        options.setSplitLines(false);
        options.setIndicatorIndent(2);
        options.setIndentWithIndicator(true);
        return new Yaml(new Quoting(options), options).dump(root);
    }

    private static final class Quoting extends Representer {
        Quoting(DumperOptions options) {
            super(options);
            representers.put(
                    String.class,
                    text -> representScalar(
                            Tag.STR,
                            (String) text,
                            SIMPLE.matcher((String) text).matches() ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED));
        }
    }
}
