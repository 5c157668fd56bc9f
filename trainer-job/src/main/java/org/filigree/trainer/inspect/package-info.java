/** What a folder is: a base, an adapter, a corpus of token shards or a run; and where it falls short. */
package org.filigree.trainer.inspect;
