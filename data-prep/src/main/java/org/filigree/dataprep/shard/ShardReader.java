package org.filigree.dataprep.shard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.filigree.format.FileTree;
import org.filigree.format.FormatException;
import org.filigree.text.TokenRow;

/** Rows of a split by id, in any order: keeps the row groups it read last. Several threads may read. */
public final class ShardReader {

    private final Configuration configuration;
    private final String folder;
    private final ShardManifest.Split split;
    private final int[] firstRows;
    private final List<Place> places = new ArrayList<>();
    private final Map<Integer, List<TokenRow>> held;

    /** A row group: its file, and which of the file's it is. */
    private record Place(ShardManifest.ShardFile file, int group) {}

    /** @param groupsHeld row groups kept in memory */
    public ShardReader(Configuration configuration, String folder, ShardManifest.Split split, int groupsHeld) {
        this.configuration = configuration;
        this.folder = folder;
        this.split = split;
        var rows = split.groupRows();
        firstRows = new int[rows.length + 1];
        for (var i = 0; i < rows.length; i++) {
            firstRows[i + 1] = firstRows[i] + rows[i];
        }
        for (var file : split.files()) {
            for (var group = 0; group < file.groupRows().size(); group++) {
                places.add(new Place(file, group));
            }
        }
        held = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, List<TokenRow>> eldest) {
                return size() > groupsHeld;
            }
        };
    }

    /** @throws FormatException in one line when the shard is not what the manifest says */
    public synchronized TokenRow row(int id) {
        if (id < 0 || id >= split.rows()) {
            throw new IllegalArgumentException("row %d: the corpus has %d".formatted(id, split.rows()));
        }
        var found = java.util.Arrays.binarySearch(firstRows, id);
        var group = found >= 0 ? found : -found - 2;
        return held.computeIfAbsent(group, this::read).get(id - firstRows[group]);
    }

    private List<TokenRow> read(int group) {
        var place = places.get(group);
        var path = new Path(FileTree.join(folder, place.file().name()));
        try (var file = ParquetFileReader.open(HadoopInputFile.fromPath(path, configuration))) {
            var pages = file.readRowGroup(place.group());
            var wanted = place.file().groupRows().get(place.group());
            if (pages.getRowCount() != wanted) {
                throw new FormatException("%s: row group %d has %d rows, the manifest says %d"
                        .formatted(path, place.group(), pages.getRowCount(), wanted));
            }
            var records = new ColumnIOFactory()
                    .getColumnIO(ShardSchema.MESSAGE)
                    .getRecordReader(pages, new GroupRecordConverter(ShardSchema.MESSAGE));
            var rows = new ArrayList<TokenRow>();
            for (var i = 0; i < wanted; i++) {
                rows.add(ShardSchema.row(records.read()));
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": " + e.getMessage(), e);
        }
    }
}
