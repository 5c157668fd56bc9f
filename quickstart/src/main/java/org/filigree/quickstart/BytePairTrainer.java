package org.filigree.quickstart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Learns byte-pair merges (Sennrich et al. 2016) over bytes: again and again the pair of neighbours that is most frequent
 * within words becomes a token; of equally frequent ones, the pair of smallest ids.
 */
final class BytePairTrainer {

    /** GPT-2's words, as the ByteLevel pre-tokenizer cuts them: a merge never crosses their borders. */
    private static final Pattern WORD = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    /** Two ids that become the token of the merge's own place after the bytes. */
    record Merge(int left, int right) {}

    private record Word(int[] ids, long count) {

        Word merged(Merge merge, int id) {
            var out = new int[ids.length];
            var size = 0;
            for (var i = 0; i < ids.length; i++) {
                var here = i + 1 < ids.length && ids[i] == merge.left() && ids[i + 1] == merge.right();
                out[size++] = here ? id : ids[i];
                i += here ? 1 : 0;
            }
            return size == ids.length ? this : new Word(java.util.Arrays.copyOf(out, size), count);
        }
    }

    private BytePairTrainer() {}

    /**
     * At most {@code count} merges, in order; merge {@code i} makes id {@code 256 + i}. Fewer when every word has become
     * one token.
     */
    static List<Merge> merges(Stream<String> texts, int count) {
        var words = words(texts);
        var merges = new ArrayList<Merge>();
        while (merges.size() < count) {
            var best = mostFrequent(words);
            if (best == null) {
                break;
            }
            var id = 256 + merges.size();
            words.replaceAll(word -> word.merged(best, id));
            merges.add(best);
        }
        return merges;
    }

    private static List<Word> words(Stream<String> texts) {
        Map<String, Long> counts = new TreeMap<>();
        texts.forEach(text -> {
            var matcher = WORD.matcher(text);
            while (matcher.find()) {
                counts.merge(matcher.group(), 1L, Long::sum);
            }
        });
        var words = new ArrayList<Word>();
        counts.forEach((word, count) -> words.add(new Word(ByteAlphabet.bytes(word), count)));
        return words;
    }

    private static Merge mostFrequent(List<Word> words) {
        var counts = new HashMap<Merge, Long>();
        for (var word : words) {
            for (var i = 0; i + 1 < word.ids().length; i++) {
                counts.merge(new Merge(word.ids()[i], word.ids()[i + 1]), word.count(), Long::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Map.Entry.<Merge, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.comparingInt(Merge::left)
                                .thenComparingInt(Merge::right)
                                .reversed())))
                .map(Map.Entry::getKey)
                .orElse(null);
    }
}
