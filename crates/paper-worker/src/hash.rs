//! SM3 over parts that cannot run into each other.

use gm::Sm3Hasher;

/// Hashes named parts: each part's length stands before it, so that moving a byte from one part to the next
/// changes the hash.
pub(crate) struct PartsHash(Sm3Hasher);

impl PartsHash {
    /// A hash for one purpose; hashes of different purposes never agree.
    pub(crate) fn new(purpose: &str) -> Self {
        let mut hash = Self(Sm3Hasher::new());
        hash.part(purpose.as_bytes());
        hash
    }

    pub(crate) fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn hex(self) -> String {
        hex::encode(self.0.finish().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&str]) -> String {
        let mut hash = PartsHash::new("test");
        parts.iter().for_each(|part| hash.part(part.as_bytes()));
        hash.hex()
    }

    #[test]
    fn the_border_between_parts_counts() {
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["abc"]), of(&["abc", ""]));
        assert_eq!(of(&["ab", "c"]).len(), 64);
    }
}
