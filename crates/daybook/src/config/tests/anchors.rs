//! `daybook.ledger.anchors`.

use super::*;

/// 24 bytes.
const SECRET: &str = "whsec_aGlkZGVuLWhpZGRlbi1oaWRkZW4tISEh";
const WITNESS: &str = "witness.example+6e6d11c6+BE0";

fn witness_key() -> String {
    tlog::CosignerKey::from_seed("witness.example", &[7; 32]).unwrap().verifier().to_string()
}

fn anchors(list: &str) -> Setup {
    file(&format!("daybook:\n  data_dir: data\n  ledger:\n    anchors:\n{list}"))
}

#[test]
fn without_a_word_checkpoints_go_into_a_folder_beside_the_data() {
    let setup = file("daybook: {data_dir: data}");
    let anchors = setup.load().ledger.anchors;
    assert_eq!(anchors.len(), 1);
    let AnchorTarget::File { path } = &anchors[0].target else { panic!("{anchors:?}") };
    assert_eq!(path, &PathBuf::from("data/checkpoints"));
    assert_eq!(setup.source("daybook.ledger.anchors"), "[file:data/checkpoints] <- default");
}

#[test]
fn an_empty_list_turns_anchors_off() {
    let setup = file("daybook: {ledger: {anchors: []}}");
    assert!(setup.load().ledger.anchors.is_empty());
    assert_eq!(setup.source("daybook.ledger.anchors"), "[] <- config.yaml:1");
}

#[test]
fn every_kind_is_read() {
    let setup = anchors(&format!(
        "    - {{type: file, path: /srv/checkpoints}}
    - type: webhook
      url: https://hooks.example:8443/in?token=hidden-token
      secret: os.environ/HOOK_SECRET
      headers: {{X-Tenant: hidden-tenant}}
    - type: s3
      bucket: audit-log
      region: eu-central-1
      prefix: /daybook/
      object_lock: {{mode: COMPLIANCE, days: 3650}}
    - type: s3
      name: second
      bucket: audit-log
      endpoint: http://minio.internal:9000/
      region: local
      access_key_id: hidden-own-id
      secret_access_key: hidden-own-key
    - {{type: witness, url: 'https://witness.example/log/', vkey: {}}}
",
        witness_key()
    ))
    .variable("HOOK_SECRET", SECRET)
    .variable("AWS_ACCESS_KEY_ID", "hidden-id")
    .variable("AWS_SECRET_ACCESS_KEY", "hidden-key")
    .variable("AWS_SESSION_TOKEN", "hidden-session");
    let config = setup.load();
    let list = &config.ledger.anchors;
    let names: Vec<&str> = list.iter().map(|anchor| anchor.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "file:/srv/checkpoints",
            "webhook:hooks.example:8443",
            "s3:audit-log/daybook/",
            "second",
            "witness:witness.example"
        ]
    );
    let AnchorTarget::Webhook { url, secret, headers } = &list[1].target else { panic!("{list:?}") };
    assert_eq!(url.expose(), "https://hooks.example:8443/in?token=hidden-token");
    assert_eq!(secret.expose(), SECRET);
    assert_eq!((headers[0].0.as_str(), headers[0].1.expose()), ("x-tenant", "hidden-tenant"));

    let AnchorTarget::S3(amazon) = &list[2].target else { panic!("{list:?}") };
    assert_eq!(amazon.endpoint, "https://s3.eu-central-1.amazonaws.com");
    assert_eq!((amazon.prefix.as_str(), amazon.path_style), ("daybook/", false));
    assert_eq!((amazon.access_key_id.expose(), amazon.secret_access_key.expose()), ("hidden-id", "hidden-key"));
    assert_eq!(amazon.session_token.as_ref().unwrap().expose(), "hidden-session");
    assert_eq!(amazon.object_lock, Some(ObjectLock { mode: LockMode::Compliance, days: 3650 }));

    let AnchorTarget::S3(own) = &list[3].target else { panic!("{list:?}") };
    assert_eq!((own.endpoint.as_str(), own.prefix.as_str(), own.path_style), ("http://minio.internal:9000", "", true));
    assert_eq!((own.access_key_id.expose(), own.secret_access_key.expose()), ("hidden-own-id", "hidden-own-key"));
    assert!(own.session_token.is_none(), "the environment's token is not of this key");

    let AnchorTarget::Witness { url, vkey } = &list[4].target else { panic!("{list:?}") };
    assert_eq!((url.expose(), vkey.to_string()), ("https://witness.example/log", witness_key()));

    let shown = format!("{config:?} {:?}", config.sources());
    for secret in ["hidden", SECRET] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (list, expected) in [
        (
            "    - {type: file, path: a, paht: b}",
            "config.yaml:5: daybook.ledger.anchors[0].paht: unknown setting, expected one of type, name, path",
        ),
        ("    - {type: file}", "config.yaml:5: daybook.ledger.anchors[0]: path must be given"),
        ("    - {path: a}", "config.yaml:5: daybook.ledger.anchors[0]: type must be given"),
        (
            "    - {type: fax}",
            "config.yaml:5: daybook.ledger.anchors[0].type: expected one of file, webhook, s3, witness, found \"fax\"",
        ),
        ("    - file", "config.yaml:5: daybook.ledger.anchors[0]: expected a mapping, found \"file\""),
        (
            "    - {type: file, path: a}\n    - {type: file, path: a}",
            "config.yaml:4: daybook.ledger.anchors: two anchors are called file:a, give one of them a `name`",
        ),
        (
            "    - type: webhook\n      url: https://u:hunter2@h/\n      secret: x",
            "config.yaml:6: daybook.ledger.anchors[0].url: expected an http:// or https:// URL without user and password",
        ),
        (
            "    - type: webhook\n      url: https://h/\n      secret: hunter2",
            "config.yaml:7: daybook.ledger.anchors[0].secret: \
             expected whsec_ and the base64 form of 24 to 64 random bytes",
        ),
        (
            "    - type: webhook\n      url: https://h/\n      secret: os.environ/NOWHERE",
            "config.yaml:7 (environment NOWHERE): daybook.ledger.anchors[0].secret: the variable is not set",
        ),
        (
            "    - type: webhook\n      url: https://h/\n      secret: whsec_aGlkZGVuLWhpZGRlbi1oaWRkZW4tISEh\n      \
             headers: {webhook-id: hunter2}",
            "config.yaml:8: daybook.ledger.anchors[0].headers.webhook-id: this header is Daybook's to set",
        ),
        (
            "    - type: s3\n      bucket: b/x\n      region: r",
            "config.yaml:6: daybook.ledger.anchors[0].bucket: expected the name of a bucket, found \"b/x\"",
        ),
        (
            "    - type: s3\n      bucket: bucket\n      region: r",
            "config.yaml:5: daybook.ledger.anchors[0]: access_key_id must be given",
        ),
        ("    - type: s3\n      bucket: bucket", "config.yaml:5: daybook.ledger.anchors[0]: region must be given"),
        (
            "    - type: s3\n      bucket: bucket\n      region: r\n      access_key_id: hunter2\n      \
             secret_access_key: hunter2\n      object_lock: {mode: COMPLIANCE, days: 0}",
            "config.yaml:10: daybook.ledger.anchors[0].object_lock.days: \
             expected a number of days from 1 to 36500, found 0",
        ),
        (
            "    - {type: witness, url: 'http://h', vkey: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW}",
            "config.yaml:5: daybook.ledger.anchors[0].vkey: \
             expected the public key of a witness, name+hash+base64, of type 0x04",
        ),
    ] {
        let error = anchors(list).error();
        assert_eq!(error, expected, "{list}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    assert!(anchors(&format!("    - {{type: witness, url: 'http://h', vkey: {WITNESS}}}")).try_load().is_err());
}
