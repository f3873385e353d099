//! A slot of vpcd: a card is in it as long as there is a connection.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use vpicc::{Connection, VSmartCard};

use super::card::{ChipFault, VirtualChipCard};

/// How often a card that is silent looks whether it was taken out.
const LOOK: Duration = Duration::from_millis(20);

/// A slot; its card, if there is one, goes with it.
#[derive(Debug)]
pub struct ChipSlot {
    port: u16,
    inside: Option<Inside>,
}

#[derive(Debug)]
struct Inside {
    stream: TcpStream,
    out: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl ChipSlot {
    /// The slot of the reader that waits for its card on this port of the PC itself.
    #[must_use]
    pub const fn new(port: u16) -> Self {
        Self { port, inside: None }
    }

    /// Puts a card in; one that was in it is taken out first. Waits until the reader is there.
    ///
    /// # Errors
    /// No reader until `limit` is over.
    pub fn insert(&mut self, card: VirtualChipCard, limit: Duration) -> io::Result<()> {
        self.pull();
        let until = Instant::now() + limit;
        let stream = loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
                Ok(stream) => break stream,
                Err(error) if Instant::now() >= until => return Err(error),
                Err(_) => std::thread::sleep(LOOK),
            }
        };
        // APDUs are small and each waits for the other.
        stream.set_nodelay(true)?;
        let line = stream.try_clone()?;
        let out = Arc::new(AtomicBool::new(false));
        let mut applet = Applet { card, stream: stream.try_clone()?, out: Arc::clone(&out) };
        let serve = move || {
            // Ends when the connection does: that is how a card leaves.
            if let Err(error) = Connection::from(line).run(&mut applet) {
                tracing::debug!(%error, "the chip card is out");
            }
        };
        let thread = std::thread::Builder::new().name("chip-card".into()).spawn(serve)?;
        self.inside = Some(Inside { stream, out, thread });
        Ok(())
    }

    /// Takes the card out.
    pub fn pull(&mut self) {
        if let Some(inside) = self.inside.take() {
            inside.out.store(true, Ordering::SeqCst);
            let _ = inside.stream.shutdown(Shutdown::Both);
            let _ = inside.thread.join();
        }
    }
}

impl Drop for ChipSlot {
    fn drop(&mut self) {
        self.pull();
    }
}

struct Applet {
    card: VirtualChipCard,
    stream: TcpStream,
    out: Arc<AtomicBool>,
}

/// Answer to reset (ISO/IEC 7816-3): TS; T0 with five historical bytes; TD1 and TD2 for T=1; "SSC01"; and the check
/// byte, so that the XOR of everything after TS is 0.
static ANSWER_TO_RESET: [u8; 10] = [0x3b, 0x85, 0x80, 0x01, 0x53, 0x53, 0x43, 0x30, 0x31, 0x46];

impl VSmartCard for Applet {
    fn atr(&self) -> &[u8] {
        // To vpcd no answer means no card; contacts that touch the wrong fields give a level and no character.
        if self.card.fault == ChipFault::Mute { &[0x00, 0x00] } else { &ANSWER_TO_RESET }
    }

    fn power_on(&mut self) {
        self.card.forget();
    }

    fn power_off(&mut self) {
        self.card.forget();
    }

    fn reset(&mut self) {
        self.card.forget();
    }

    fn execute(&mut self, command: &[u8]) -> Vec<u8> {
        while self.card.fault == ChipFault::Silent && !self.out.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
        }
        self.card.answer(command).unwrap_or_else(|| {
            let _ = self.stream.shutdown(Shutdown::Both);
            Vec::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ANSWER_TO_RESET;

    #[test]
    fn the_answer_to_reset_has_its_check_byte() {
        assert_eq!(ANSWER_TO_RESET[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    }
}
