package org.filigree.dataprep.shard;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.filigree.text.TokenRow;

/** A token row as a Parquet record, readable by anything that reads Parquet. */
final class ShardSchema {

    static final MessageType MESSAGE = MessageTypeParser.parseMessageType(
            "message row { repeated int32 input_ids; repeated int32 labels; repeated int32 documents; "
                    + "repeated double document_labels; }");

    private static final SimpleGroupFactory GROUPS = new SimpleGroupFactory(MESSAGE);
    private static final int INPUT_IDS = 0;
    private static final int LABELS = 1;
    private static final int DOCUMENTS = 2;
    private static final int DOCUMENT_LABELS = 3;

    private ShardSchema() {}

    static Group group(TokenRow row) {
        var group = GROUPS.newGroup();
        put(group, INPUT_IDS, row.inputIds());
        put(group, LABELS, row.labels());
        put(group, DOCUMENTS, row.documents());
        for (var label : row.documentLabels()) {
            group.add(DOCUMENT_LABELS, label);
        }
        return group;
    }

    static TokenRow row(Group group) {
        var documentLabels = new double[group.getFieldRepetitionCount(DOCUMENT_LABELS)];
        for (var i = 0; i < documentLabels.length; i++) {
            documentLabels[i] = group.getDouble(DOCUMENT_LABELS, i);
        }
        return new TokenRow(get(group, INPUT_IDS), get(group, LABELS), get(group, DOCUMENTS), documentLabels);
    }

    private static void put(Group group, int field, int[] values) {
        for (var value : values) {
            group.add(field, value);
        }
    }

    private static int[] get(Group group, int field) {
        var values = new int[group.getFieldRepetitionCount(field)];
        for (var i = 0; i < values.length; i++) {
            values[i] = group.getInteger(field, i);
        }
        return values;
    }
}
