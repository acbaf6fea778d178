//! Signatures of bytecode files: who vouches for a program. They are Ed25519 (RFC 8032) over all
//! bytes of the file before the section that holds them.
//!
//! A key file is a line of text: what it is, and 64 hexadecimal digits.

use crate::InputError;
use crate::input::{name_in_errors, read_bytes};
use crate::{Input, status};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sox_bytecode::container::{self, Signature};
use std::fmt;
use std::path::Path;

/// A key that signs. Whoever has it can sign in its owner's name.
pub struct SecretKey(SigningKey);

/// A key that tells who signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

const SECRET: &str = "sox-secret-key";
const PUBLIC: &str = "sox-public-key";

impl SecretKey {
    /// A key that nobody else has.
    ///
    /// # Errors
    /// What the system says, if it gives no random numbers.
    pub fn generate() -> Result<SecretKey, String> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| error.to_string())?;
        Ok(SecretKey(SigningKey::from_bytes(&seed)))
    }

    /// The key in a file.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub fn read(path: &Path) -> Result<SecretKey, InputError> {
        let seed = read_key(path, SECRET)?;
        Ok(SecretKey(SigningKey::from_bytes(&seed)))
    }

    /// The key that tells that this one signed.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a bytecode file.
    pub fn sign(&self, file: &mut Vec<u8>) {
        let signature = self.0.sign(file).to_bytes();
        container::append_signature(file, &self.public().0, &signature);
    }

    /// The text of its file.
    pub fn to_text(&self) -> String {
        format!("{SECRET} {}\n", hex(&self.0.to_bytes()))
    }
}

impl PublicKey {
    /// A key given as its 64 digits or as the file that holds it.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(text: &str) -> Result<PublicKey, InputError> {
        match from_hex(text) {
            Some(key) => Ok(PublicKey(key)),
            None => read_key(Path::new(text), PUBLIC).map(PublicKey),
        }
    }

    /// The text of its file.
    pub fn to_text(&self) -> String {
        format!("{PUBLIC} {self}\n")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Who signed a file, if anybody did.
///
/// # Errors
/// A sentence, if the signature is not of these bytes and that key.
pub(crate) fn signer(
    bytes: &[u8],
    signature: Option<Signature>,
) -> Result<Option<PublicKey>, String> {
    let Some(Signature { key, signature, covers }) = signature else { return Ok(None) };
    let signature = ed25519_dalek::Signature::from_bytes(&signature);
    let genuine = VerifyingKey::from_bytes(&key)
        .and_then(|key| key.verify_strict(&bytes[..covers], &signature))
        .is_ok();
    match genuine {
        true => Ok(Some(PublicKey(key))),
        false => Err("has a signature that is not of this file: it was changed".to_owned()),
    }
}

/// Whether a file is signed by one of some keys.
///
/// # Errors
/// What is wrong, to be put behind its name.
pub(crate) fn require(
    bytes: &[u8],
    signature: Option<Signature>,
    keys: &[PublicKey],
) -> Result<(), String> {
    match signer(bytes, signature)? {
        Some(key) if keys.contains(&key) => Ok(()),
        Some(key) => Err(format!("is signed by {key}, which --require-signature does not name")),
        None => Err("is not signed, and --require-signature wants it to be".to_owned()),
    }
}

fn read_key(path: &Path, kind: &str) -> Result<[u8; 32], InputError> {
    let input = Input::File(path.to_path_buf());
    let bytes = read_bytes(&input)?;
    let text = str::from_utf8(&bytes).unwrap_or_default();
    let mut words = text.split_whitespace();
    let key = match (words.next(), words.next(), words.next()) {
        (Some(first), Some(digits), None) if first == kind => from_hex(digits),
        _ => None,
    };
    key.ok_or_else(|| InputError {
        message: format!("{} is no {} key file", name_in_errors(&input), &kind[4..10]),
        help: "`sox keygen NAME` makes NAME.key, to sign with, and NAME.pub, to check with".into(),
        status: status::DATA,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(digits: &str) -> Option<[u8; 32]> {
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (number, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * number..][..2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first two tests of RFC 8032, section 7.1.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let cases = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                &b""[..],
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
                 5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                &b"\x72"[..],
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                 085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
        ];
        for (secret, public, message, signature) in cases {
            let key = SecretKey(SigningKey::from_bytes(&from_hex(secret).unwrap()));
            assert_eq!(key.public().to_string(), public);
            assert_eq!(hex(&key.0.sign(message).to_bytes()), signature);
        }
    }
}
