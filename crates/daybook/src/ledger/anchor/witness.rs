//! [C2SP tlog-witness](https://c2sp.org/tlog-witness): somebody who remembers the last checkpoint that they saw of this log,
//! and cosigns the next one when it is shown that the log only grew.
//!
//! A witness that remembers more than our database, or something else, is how a database that went back is noticed by
//! somebody who is not beside it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tlog::{
    Hash, NoteSignature, SignedCheckpoint, TileId, TreeHead, VerifierKey, consistency_proof, consistency_tiles,
    root_tiles, tree_root, verify_consistency,
};

use super::http::{Answer, Http, Request};
use super::{Delivery, Failure};
use crate::store::{Store, read_tiles};

/// How often it is asked: another size may come up while other replicas are at the witness too.
const ATTEMPTS: usize = 5;

pub(super) struct Witness {
    url: String,
    vkey: VerifierKey,
    http: Http,
}

impl Witness {
    pub fn new(url: String, vkey: VerifierKey, http: Http) -> Witness {
        Witness { url: format!("{}/add-checkpoint", url.trim_end_matches('/')), vkey, http }
    }

    pub async fn give(&self, store: &Store, delivery: &Delivery<'_>) -> Result<Vec<NoteSignature>, Failure> {
        let head = *delivery.checkpoint.checkpoint().head();
        let mut old = delivery.taken.filter(|taken| *taken <= head.size).unwrap_or(0);
        let mut said = None;
        for _ in 0..ATTEMPTS {
            let proof = prove(store, old, &head).await?;
            let answer = self.add_checkpoint(old, &proof, delivery.checkpoint).await?;
            let grave = match (answer.status, size(&answer)) {
                (200, _) => return self.cosignatures(delivery.checkpoint, &answer.body).map(|one| vec![one]),
                (409, Some(known)) if known > head.size => Failure::Ahead(known),
                // What it knows is what we went by, so it is the root that differs. Nothing contradicts an empty tree.
                (409, Some(known)) if known == old && old > 0 => contradicted(old),
                (409, Some(known)) if known != old => {
                    (old, said) = (known, None);
                    continue;
                }
                // It has compared the sizes, and then the roots.
                (409, None) if old == head.size => contradicted(old),
                (422, _) if old > 0 => contradicted(old),
                (403, _) => return Err(Failure::failed("the witness does not trust this log's key (403)")),
                (404, _) => return Err(Failure::failed("the witness does not know this log (404)")),
                (status, _) => return Err(Failure::Failed(format!("the witness answered {status}"))),
            };
            // It may stop the signing for good, so a single answer, which a proxy may have garbled, is not enough.
            if said.as_ref() == Some(&grave) {
                return Err(grave);
            }
            said = Some(grave);
        }
        Err(Failure::failed("the witness said something else each time"))
    }

    async fn add_checkpoint(&self, old: u64, proof: &[Hash], checkpoint: &SignedCheckpoint) -> Result<Answer, Failure> {
        let mut body = format!("old {old}\n");
        for hash in proof {
            body.push_str(&STANDARD.encode(hash.to_bytes()));
            body.push('\n');
        }
        body.push('\n');
        body.push_str(&checkpoint.to_string());
        let headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        self.http.send(Request { method: "POST", url: self.url.clone(), headers, body: body.into_bytes() }).await
    }

    /// The line of the witness's key, which must hold. Lines of other keys say nothing to us.
    fn cosignatures(&self, checkpoint: &SignedCheckpoint, body: &str) -> Result<NoteSignature, Failure> {
        let signatures = body.lines().filter_map(|line| NoteSignature::parse(line).ok());
        let mut ours = signatures.filter(|one| one.name() == self.vkey.name() && one.id() == self.vkey.id());
        let Some(signature) = ours.next() else {
            return Err(Failure::failed("the witness's answer has no cosignature of its key"));
        };
        let mut cosigned = checkpoint.clone();
        let added = cosigned.add(signature.clone());
        match added.and_then(|()| cosigned.note().verify([&self.vkey]).map(|_| ())) {
            Ok(()) => Ok(signature),
            Err(_) => Err(Failure::failed("the witness's cosignature is wrong")),
        }
    }
}

/// The size in a conflict; `None` when the answer is not one of a witness.
fn size(answer: &Answer) -> Option<u64> {
    let media_type = answer.content_type.split(';').next().unwrap_or_default().trim();
    let digits = answer.body.trim_end();
    let plain = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    (answer.status == 409 && media_type == "text/x.tlog.size" && plain).then(|| digits.parse().ok()).flatten()
}

fn contradicted(size: u64) -> Failure {
    Failure::Contradicted(format!("the witness holds another checkpoint of {size} entries of this log"))
}

/// The proof that the tree only grew, which is checked here first: that a tile is damaged must not look like a fork.
async fn prove(store: &Store, from: u64, head: &TreeHead) -> Result<Vec<Hash>, Failure> {
    let damaged = |_| Failure::failed("the stored tree does not give the proof: `daybook verify` names the place");
    let mut wanted: BTreeSet<TileId> = root_tiles(from).into_iter().map(|tile| tile.id).collect();
    let tiles = consistency_tiles(from, head.size).map_err(|_| Failure::failed("the tree is too small"))?;
    wanted.extend(tiles.into_iter().map(|tile| tile.id));
    let failed = |error: crate::store::StoreError| Failure::Failed(format!("the tree cannot be read: {error}"));
    let mut session = store.read().await.map_err(failed)?;
    let tiles = read_tiles(&mut session, wanted).await.map_err(failed)?;
    drop(session);
    let proof = consistency_proof(from, head.size, |id| tiles.get(&id)).map_err(damaged)?;
    let root = tree_root(from, |id| tiles.get(&id)).map_err(damaged)?;
    verify_consistency(&TreeHead { size: from, root }, head, &proof)
        .map_err(|_| Failure::failed("the stored tree is not the one that was signed"))?;
    Ok(proof)
}
