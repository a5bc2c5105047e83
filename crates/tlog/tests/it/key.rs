use tlog::{CosignerKey, KeyError, KeyType, SignerKey, VerifierKey};

/// The example of the signed-note specification.
const SPEC: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
/// The example of Go's `sumdb/note`.
const GO_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

#[test]
fn the_key_of_the_specification_is_read_and_written() {
    let key = VerifierKey::parse(SPEC).unwrap();
    assert_eq!(key.name(), "example.com/foo");
    assert_eq!(key.id(), 0x530d_903a);
    assert_eq!(key.key_type(), KeyType::Ed25519);
    assert_eq!(key.to_string(), SPEC);
    assert_eq!(VerifierKey::new("example.com/foo", KeyType::Ed25519, &key.public_key()), Ok(key));
}

#[test]
fn the_keys_of_go_are_read_and_written() {
    let key = SignerKey::parse(GO_SECRET).unwrap();
    assert_eq!(key.to_skey().as_str(), GO_SECRET);
    assert_eq!(key.verifier().to_string(), GO_PUBLIC);
    assert_eq!(VerifierKey::parse(GO_PUBLIC).as_ref(), Ok(key.verifier()));
}

#[test]
fn a_seed_has_the_public_key_of_rfc_8032() {
    // Section 7.1, test 1.
    let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_eq!(SignerKey::from_seed("a", &seed).unwrap().verifier().public_key(), public);
    assert_eq!(CosignerKey::from_seed("a", &seed).unwrap().verifier().public_key(), public);
}

#[test]
fn the_id_depends_on_name_type_and_key() {
    let id = |name: &str, seed| SignerKey::from_seed(name, &[seed; 32]).unwrap().verifier().id();
    assert_ne!(id("a", 1), id("b", 1));
    assert_ne!(id("a", 1), id("a", 2));
    let witness = CosignerKey::from_seed("a", &[1; 32]).unwrap();
    assert_eq!(witness.verifier().key_type(), KeyType::CosignatureV1);
    assert_ne!(id("a", 1), witness.verifier().id());
    let vkey = witness.verifier().to_string();
    assert_eq!(VerifierKey::parse(&vkey).as_ref(), Ok(witness.verifier()));
}

#[test]
fn debug_shows_no_secret() {
    let (key, witness) = (SignerKey::parse(GO_SECRET).unwrap(), CosignerKey::from_seed("a", &[1; 32]).unwrap());
    assert_eq!(format!("{key:?}"), format!("SignerKey({GO_PUBLIC})"));
    assert_eq!(format!("{witness:?}"), format!("CosignerKey({})", witness.verifier()));
}

#[test]
fn names_are_not_empty_and_have_no_space_plus_or_control() {
    for name in ["", " ", "a b", "a+b", "a\n", "\ta", "a\u{a0}b", "a\u{2003}b", "a\u{85}", "a\u{3000}", "a\0b", "a\x1b"]
    {
        assert_eq!(SignerKey::from_seed(name, &[1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
    }
    for name in ["a", "example.com/log", "naïve", "日誌", "-", "\u{2014}"] {
        let key = SignerKey::from_seed(name, &[1; 32]).unwrap();
        assert_eq!(VerifierKey::parse(&key.verifier().to_string()).as_ref(), Ok(key.verifier()));
        assert_eq!(SignerKey::parse(&key.to_skey()).unwrap().verifier(), key.verifier());
    }
}

#[test]
fn a_vkey_in_another_form_is_refused() {
    let malformed = [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo++30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
        "example.com/foo+530d903a+",
        "example.com/foo+530d903a+AQ==",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kAA==",
    ];
    for vkey in malformed {
        assert_eq!(VerifierKey::parse(vkey), Err(KeyError::Malformed), "{vkey:?}");
    }
    let altered = [
        ("example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Id),
        ("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Id),
        ("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Id),
        ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Name),
        ("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Type(2)),
        ("example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::Type(6)),
    ];
    for (vkey, error) in altered {
        assert_eq!(VerifierKey::parse(vkey), Err(error), "{vkey:?}");
    }
}

#[test]
fn an_skey_in_another_form_is_refused() {
    let refused = |skey: &str| SignerKey::parse(skey).unwrap_err();
    assert_eq!(refused(GO_PUBLIC), KeyError::Malformed);
    assert_eq!(refused(&GO_SECRET.replace("PRIVATE", "private")), KeyError::Malformed);
    assert_eq!(refused(&GO_SECRET.replace("c74f20a3", "C74F20A3")), KeyError::Malformed);
    assert_eq!(refused(&GO_SECRET.replace("c74f20a3", "c74f20a4")), KeyError::Id);
    assert_eq!(refused(&GO_SECRET.replace("Peter", "Petra")), KeyError::Id);
    assert_eq!(refused(&GO_SECRET.replace("+AYEK", "+BIEK")), KeyError::Type(4));
    assert_eq!(refused(&format!("{GO_SECRET}\n")), KeyError::Malformed);
}

#[test]
fn a_public_key_under_which_anything_looks_signed_is_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    // The last is a sound point in an encoding that is not its own.
    for weak in [[0; 32], identity, [0xff; 32]] {
        assert_eq!(VerifierKey::new("a", KeyType::Ed25519, &weak), Err(KeyError::Weak));
    }
}

fn hex(text: &str) -> [u8; 32] {
    let bytes = (0..32).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap());
    bytes.collect::<Vec<_>>().try_into().unwrap()
}
