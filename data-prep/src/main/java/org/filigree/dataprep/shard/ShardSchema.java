package org.filigree.dataprep.shard;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.filigree.text.TokenRow;

/** A token row as a Parquet record, readable by anything that reads Parquet. */
final class ShardSchema {

    static final MessageType MESSAGE = MessageTypeParser.parseMessageType(
            "message row { repeated int32 input_ids; repeated int32 labels; repeated int32 documents; }");

    private static final SimpleGroupFactory GROUPS = new SimpleGroupFactory(MESSAGE);
    private static final int INPUT_IDS = 0;
    private static final int LABELS = 1;
    private static final int DOCUMENTS = 2;

    private ShardSchema() {}

    static Group group(TokenRow row) {
        var group = GROUPS.newGroup();
        put(group, INPUT_IDS, row.inputIds());
        put(group, LABELS, row.labels());
        put(group, DOCUMENTS, row.documents());
        return group;
    }

    static TokenRow row(Group group) {
        return new TokenRow(get(group, INPUT_IDS), get(group, LABELS), get(group, DOCUMENTS));
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
