//! Queries, how they are mixed for each role, and which records they are about.

use super::record::Field;

/// What a query finds its records by.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum By {
    /// One record.
    Key,
    /// All that have the same value of a field as the record of this number began with. Records that
    /// are deleted by their period are those whose time is over.
    Field(Field),
}

/// A kind of query.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// A new record.
    Create,
    /// Records with everything.
    ReadData(By),
    /// Records without their data.
    ReadMeta(By),
    /// The data of one record, written anew (GDPR Article 16).
    UpdateData,
    /// All ten fields of one record, written anew: what the benchmark's program does at its last
    /// version.
    UpdateAll,
    /// One field of all records that match.
    UpdateMeta(By),
    /// All records that match.
    Delete(By),
    /// What was logged last.
    Logs,
    /// What the store can do.
    Features,
    /// Whether a record is gone.
    VerifyDeletion,
}

impl Kind {
    /// What reports call it.
    pub fn name(self) -> String {
        let by = |by| match by {
            By::Key => "key",
            By::Field(field) => field.column(),
        };
        match self {
            Self::Create => "create".to_owned(),
            Self::ReadData(what) => format!("read data by {}", by(what)),
            Self::ReadMeta(what) => format!("read metadata by {}", by(what)),
            Self::UpdateData => "update data by key".to_owned(),
            Self::UpdateAll => "update all fields by key".to_owned(),
            Self::UpdateMeta(what) => format!("update metadata by {}", by(what)),
            Self::Delete(what) => format!("delete by {}", by(what)),
            Self::Logs => "get system logs".to_owned(),
            Self::Features => "get system features".to_owned(),
            Self::VerifyDeletion => "verify deletion".to_owned(),
        }
    }
}

/// A query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Op {
    /// What is asked.
    pub kind: Kind,
    /// The number of the record that was drawn.
    pub key: usize,
    /// Which field is set, to the value that the record drawn began with.
    pub target: Field,
    /// When, in Unix milliseconds.
    pub at: i64,
}

/// How records are drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Choice {
    /// All alike.
    Uniform,
    /// A few far more often than most.
    Zipfian,
    /// That for one record, and alike for many.
    ZipfianByKey,
}

/// The queries of a role.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// What it is called.
    pub name: &'static str,
    /// Its kinds of query with their shares.
    pub parts: &'static [(Kind, u32)],
    /// How records are drawn.
    pub choice: Choice,
    /// How many milliseconds pass from one query to the next.
    pub tick: i64,
    /// Whether one record in a hundred is deleted before.
    pub deletes_before: bool,
}

const USER: By = By::Field(Field::User);
const PURPOSE: By = By::Field(Field::Purpose);

/// The mixes of the benchmark's last version, and those of the paper. Half a minute passes only where
/// records are deleted by their period.
pub const MIXES: [Mix; 7] = [
    Mix {
        name: "controller",
        parts: &[
            (Kind::Create, 25),
            (Kind::Delete(By::Key), 25),
            (Kind::UpdateMeta(PURPOSE), 25),
            (Kind::UpdateMeta(USER), 25),
        ],
        choice: Choice::Uniform,
        tick: 0,
        deletes_before: false,
    },
    Mix {
        name: "customer",
        parts: &[
            (Kind::ReadData(By::Key), 20),
            (Kind::ReadMeta(PURPOSE), 10),
            (Kind::ReadMeta(USER), 10),
            (Kind::UpdateAll, 20),
            (Kind::UpdateMeta(PURPOSE), 10),
            (Kind::UpdateMeta(USER), 10),
            (Kind::Delete(By::Key), 20),
        ],
        choice: Choice::Zipfian,
        tick: 0,
        deletes_before: false,
    },
    Mix {
        name: "processor",
        parts: &[
            (Kind::ReadData(By::Key), 20),
            (Kind::ReadMeta(PURPOSE), 40),
            (Kind::ReadMeta(USER), 40),
        ],
        choice: Choice::Uniform,
        tick: 0,
        deletes_before: false,
    },
    Mix {
        name: "paper-controller",
        parts: &[
            (Kind::Create, 75),
            (Kind::Delete(PURPOSE), 25),
            (Kind::Delete(By::Field(Field::Ttl)), 25),
            (Kind::Delete(USER), 25),
            (Kind::UpdateMeta(PURPOSE), 50),
            (Kind::UpdateMeta(USER), 50),
            (Kind::UpdateMeta(By::Field(Field::Sharing)), 50),
        ],
        choice: Choice::Uniform,
        tick: 10,
        deletes_before: false,
    },
    Mix {
        name: "paper-customer",
        parts: &[
            (Kind::ReadData(USER), 20),
            (Kind::ReadMeta(By::Key), 20),
            (Kind::UpdateData, 20),
            (Kind::UpdateMeta(By::Key), 20),
            (Kind::Delete(By::Key), 20),
        ],
        choice: Choice::Zipfian,
        tick: 0,
        deletes_before: false,
    },
    Mix {
        name: "paper-processor",
        parts: &[
            (Kind::ReadData(By::Key), 240),
            (Kind::ReadData(PURPOSE), 20),
            (Kind::ReadData(By::Field(Field::Objection)), 20),
            (Kind::ReadData(By::Field(Field::Decision)), 20),
        ],
        choice: Choice::ZipfianByKey,
        tick: 0,
        deletes_before: false,
    },
    Mix {
        name: "paper-regulator",
        parts: &[
            (Kind::ReadMeta(USER), 46),
            (Kind::Logs, 31),
            (Kind::VerifyDeletion, 23),
        ],
        choice: Choice::Zipfian,
        tick: 0,
        deletes_before: true,
    },
];

/// When all records were loaded, in Unix milliseconds.
pub const LOADED_AT: i64 = 1_790_000_000_000;

/// The queries of a mix over so many records, the same for the same seed.
pub fn operations(mix: &Mix, records: usize, count: usize, seed: u64) -> Vec<Op> {
    let mut random = Random(seed);
    let begins = LOADED_AT + 1_000;
    let mut ops = Vec::with_capacity(count);
    if mix.deletes_before {
        for number in 0..records / 100 {
            ops.push(Op {
                kind: Kind::Delete(By::Key),
                // One in every hundred, wherever it lies in it.
                key: number * 100 + random.below(100),
                target: Field::Ttl,
                at: begins,
            });
        }
    }
    let whole: u32 = mix.parts.iter().map(|(_, share)| share).sum();
    let creates = mix.parts.iter().filter(|(kind, _)| *kind == Kind::Create);
    let creates: u32 = creates.map(|(_, share)| share).sum();
    let scrambled = Scrambled {
        items: records + 2 * count * creates as usize / whole.max(1) as usize,
    };
    let mut next = records;
    for number in 0..count {
        let mut share = random.below(whole as usize);
        let drawn = mix.parts.iter().find(|(_, wide)| {
            let found = share < *wide as usize;
            share = share.saturating_sub(*wide as usize);
            found
        });
        let Some((kind, _)) = drawn else { continue };
        let key = if *kind == Kind::Create {
            next += 1;
            next - 1
        } else {
            draw(mix.choice, *kind, (&scrambled, records, next), &mut random)
        };
        let target = Field::ALL.get(1 + random.below(8)).copied();
        ops.push(Op {
            kind: *kind,
            key,
            target: target.unwrap_or(Field::Ttl),
            at: begins + i64::try_from(number).unwrap_or_default() * mix.tick,
        });
    }
    ops
}

fn draw(
    choice: Choice,
    kind: Kind,
    (scrambled, records, next): (&Scrambled, usize, usize),
    random: &mut Random,
) -> usize {
    let by_key = kind == Kind::ReadData(By::Key);
    match choice {
        Choice::Zipfian => loop {
            let key = scrambled.draw(random);
            if key < next {
                return key;
            }
        },
        Choice::ZipfianByKey if by_key => scrambled.draw(random),
        Choice::Uniform | Choice::ZipfianByKey => random.below(records),
    }
}

/// The generator splitmix64: small, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// Sixty-four random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this one, which is far below 2^64.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.bits() % limit).unwrap_or_default()
    }

    /// A number from 0 to 1, exclusive.
    #[expect(clippy::cast_precision_loss, reason = "only 53 bits are left")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// YCSB's scrambled Zipfian choice: a rank of ten thousand million by a Zipfian law, scattered over the
/// records by a hash.
#[derive(Clone, Copy, Debug)]
pub struct Scrambled {
    /// How many records there are, or will be.
    pub items: usize,
}

impl Scrambled {
    const THETA: f64 = 0.99;
    const RANKS: f64 = 1e10;
    /// The sum of `1 / rank^theta` over all ranks, as YCSB has it.
    const ZETA: f64 = 26.469_028_201_783_02;

    /// The number of a record.
    pub fn draw(&self, random: &mut Random) -> usize {
        let hash = fnv(Self::rank(random.unit())).unsigned_abs();
        let items = u64::try_from(self.items.max(1)).unwrap_or(u64::MAX);
        usize::try_from(hash % items).unwrap_or_default()
    }

    /// The rank for a number from 0 to 1.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is cut to a whole number, and none is below 0"
    )]
    pub fn rank(unit: f64) -> u64 {
        let two = 1.0 + 0.5_f64.powf(Self::THETA);
        let scaled = unit * Self::ZETA;
        if scaled < 1.0 {
            return 0;
        }
        if scaled < two {
            return 1;
        }
        let alpha = 1.0 / (1.0 - Self::THETA);
        let eta = (1.0 - (2.0 / Self::RANKS).powf(1.0 - Self::THETA)) / (1.0 - two / Self::ZETA);
        (Self::RANKS * (eta * unit - eta + 1.0).powf(alpha)) as u64
    }
}

/// The 64-bit FNV hash of a number's bytes, low first, as Java's signed number.
pub fn fnv(number: u64) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in number.to_le_bytes() {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(1_099_511_628_211);
    }
    hash.cast_signed()
}
