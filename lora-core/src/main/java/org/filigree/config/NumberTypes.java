package org.filigree.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.filigree.config.Located.Scalar;

/** Types of finite numbers. One in quotes is a text and refused. */
final class NumberTypes {

    private NumberTypes() {}

    static Type<Integer> integer(int least) {
        return new Whole<>(least, Integer.MAX_VALUE, number -> (int) number);
    }

    static Type<Long> longInteger(long least) {
        return new Whole<>(least, Long.MAX_VALUE, number -> number);
    }

    static Type<Double> positive() {
        return new Real(Double.MIN_VALUE, Double.MAX_VALUE, "a number greater than 0");
    }

    static Type<Double> atLeastZero() {
        return new Real(0, Double.MAX_VALUE, "a number of at least 0");
    }

    /** From 0 up to, but without, 1. */
    static Type<Double> fraction() {
        return new Real(0, Math.nextDown(1.0), "a number of at least 0 and less than 1");
    }

    static Type<Double> share() {
        return new Real(0, 1, "a number from 0 to 1");
    }

    private record Whole<T extends Number>(long least, long most, LongFunction<T> boxed) implements Type<T> {
        private static final Pattern DIGITS = Pattern.compile("[-+]?(0|[1-9][0-9]*)");

        @Override
        public T read(Spot spot) {
            if (spot.node() instanceof Scalar scalar
                    && !scalar.quoted()
                    && DIGITS.matcher(scalar.text()).matches()) {
                var number = new BigInteger(scalar.text());
                if (number.compareTo(BigInteger.valueOf(most)) > 0) {
                    return spot.refuse(this, " and at most " + most);
                }
                if (number.compareTo(BigInteger.valueOf(least)) >= 0) {
                    return boxed.apply(number.longValue());
                }
            }
            return spot.refuse(this);
        }

        @Override
        public Object write(T value) {
            return value;
        }

        @Override
        public ObjectNode schema() {
            return Type.orVariable(
                    Type.object().put("type", "integer").put("minimum", least).put("maximum", most));
        }

        @Override
        public String wanted() {
            return least == 1 ? "a positive integer" : "an integer of at least " + least;
        }
    }

    private record Real(double least, double most, String wanted) implements Type<Double> {
        /** {@code 2e-4} too, which YAML 1.1 takes for a text. */
        private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");

        @Override
        public Double read(Spot spot) {
            if (spot.node() instanceof Scalar scalar
                    && !scalar.quoted()
                    && NUMBER.matcher(scalar.text()).matches()) {
                var number = Double.parseDouble(scalar.text());
                if (number >= least && number <= most) {
                    return number + 0.0;
                }
            }
            return spot.refuse(this);
        }

        @Override
        public Object write(Double value) {
            return value;
        }

        @Override
        public ObjectNode schema() {
            var schema = Type.object().put("type", "number");
            if (least == 0) {
                schema.put("minimum", 0);
            } else {
                schema.put("exclusiveMinimum", 0);
            }
            if (most == 1) {
                schema.put("maximum", 1);
            } else if (most < 1) {
                schema.put("exclusiveMaximum", 1);
            }
            return Type.orVariable(schema);
        }
    }
}
