//! When a server is killed.

/// The end of a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Right after an answer: the so-many-eth of this life.
    Answer(u64),
    /// In the middle of a request, the so-many-eth of this life, when so many of 16 parts of its bytes have been sent;
    /// 16: all of them, so that it is being carried out.
    Request(u64, u64),
    /// When so many statements have been carried out by the database since the server was started.
    Statement(u64),
}

impl Moment {
    pub fn draw(dice: &mut Dice) -> Moment {
        match dice.below(3) {
            0 => Moment::Answer(1 + dice.below(12)),
            1 => Moment::Request(1 + dice.below(12), [16, 16, 16, dice.below(16)][dice.below(4) as usize]),
            // A start takes some dozens.
            _ => Moment::Statement(1 + dice.below(160)),
        }
    }

    pub fn kind(self) -> usize {
        match self {
            Moment::Answer(_) => 0,
            Moment::Request(..) => 1,
            Moment::Statement(_) => 2,
        }
    }
}

/// Numbers from a seed.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// SplitMix64.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
