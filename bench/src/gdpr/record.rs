//! Records: everything in one follows from its number.

/// What a record's purpose is, and what goes with it, in the order of the benchmark.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Field {
    /// What it is used for.
    Purpose,
    /// How many seconds it is kept.
    Ttl,
    /// Whose it is.
    User,
    /// What its user objects to.
    Objection,
    /// Whether it may be decided upon by a program.
    Decision,
    /// Who may read it.
    Access,
    /// Whom it is shared with.
    Sharing,
    /// Where it comes from.
    Source,
    /// What kind of data it is.
    Category,
}

/// The periods, in seconds: one record in ten is kept half a minute.
pub const SECONDS: [u32; 10] = [
    30, 10_000, 12_000, 14_000, 16_000, 18_000, 20_000, 22_000, 24_000, 1_000_000,
];

impl Field {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Purpose,
        Self::Ttl,
        Self::User,
        Self::Objection,
        Self::Decision,
        Self::Access,
        Self::Sharing,
        Self::Source,
        Self::Category,
    ];

    /// How many values it has.
    pub const fn values(self) -> u16 {
        match self {
            Self::Purpose => 25,
            Self::User => 10_000,
            Self::Objection => 100,
            Self::Decision => 2,
            Self::Ttl | Self::Access | Self::Sharing | Self::Source | Self::Category => 10,
        }
    }

    /// What its values begin with; a period is only a number.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Ttl => "",
            Self::User => "user",
            Self::Objection => "obj",
            Self::Decision => "dec",
            Self::Access => "acl",
            Self::Sharing => "shr",
            Self::Source => "src",
            Self::Category => "cat",
        }
    }

    /// What a table calls it.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Purpose => "pur",
            Self::Ttl => "ttl",
            Self::User => "usr",
            Self::Objection
            | Self::Decision
            | Self::Access
            | Self::Sharing
            | Self::Source
            | Self::Category => self.prefix(),
        }
    }

    /// A value, as it is written.
    pub fn text(self, value: u16) -> String {
        if self == Self::Ttl {
            return seconds(value).to_string();
        }
        format!("{}{value}", self.prefix())
    }

    /// The value that is written so.
    pub fn parse(self, text: &str) -> Option<u16> {
        if self == Self::Ttl {
            let seconds: u32 = text.parse().ok()?;
            let value = SECONDS.iter().position(|each| *each == seconds)?;
            return u16::try_from(value).ok();
        }
        text.strip_prefix(self.prefix())?.parse().ok()
    }
}

/// The period of a value.
pub fn seconds(value: u16) -> u32 {
    SECONDS.get(usize::from(value)).copied().unwrap_or_default()
}

/// The values of all fields of a record.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Meta([u16; 9]);

impl Meta {
    /// What the record of this number begins with.
    pub fn of(key: usize) -> Self {
        Self(Field::ALL.map(|field| {
            let value = key % usize::from(field.values());
            u16::try_from(value).unwrap_or_default()
        }))
    }

    /// The value of a field.
    pub fn get(&self, field: Field) -> u16 {
        let at = field as usize;
        self.0.get(at).copied().unwrap_or_default()
    }

    /// The same with another value of a field.
    #[must_use]
    pub fn with(mut self, field: Field, value: u16) -> Self {
        if let Some(slot) = self.0.get_mut(field as usize) {
            *slot = value;
        }
        self
    }

    /// When a record that was made then ends; all in milliseconds.
    pub fn ends(&self, created: i64) -> i64 {
        created + i64::from(seconds(self.get(Field::Ttl))) * 1_000
    }
}

/// How long the data of a record is.
const LENGTH: usize = 100;

/// The data of the record of this number: the number and the hash of what there is, again and again.
pub fn data(key: usize) -> String {
    let mut text = String::with_capacity(LENGTH + 32);
    while text.len() < LENGTH {
        text.push_str(&key.to_string());
        text.push_str(&java_hash(&text).to_string());
    }
    text.truncate(LENGTH);
    text
}

/// `String.hashCode` of Java, for text that is ASCII.
pub fn java_hash(text: &str) -> i32 {
    let add = |hash: i32, byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte));
    text.bytes().fold(0, add)
}

/// Writes a row of an answer, its columns apart by tabs: the key, the fields, and the data where it
/// was asked for.
pub fn write_row(out: &mut Vec<u8>, key: usize, fields: &[u8], data: Option<&[u8]>) {
    out.extend_from_slice(b"key");
    push_number(out, key);
    out.extend_from_slice(fields);
    if let Some(data) = data {
        out.push(b'\t');
        out.extend_from_slice(data);
    }
    out.push(b'\n');
}

/// The fields of a row as they are written in it, each after a tab.
pub fn written(meta: &Meta) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    for field in Field::ALL {
        out.push(b'\t');
        out.extend_from_slice(field.prefix().as_bytes());
        let value = meta.get(field);
        let number = if field == Field::Ttl {
            usize::try_from(seconds(value)).unwrap_or_default()
        } else {
            usize::from(value)
        };
        push_number(&mut out, number);
    }
    out
}

/// Writes a number in digits, without a text of its own: rows are many.
pub fn push_number(out: &mut Vec<u8>, number: usize) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(b"0123456789".get(number % 10).copied().unwrap_or(b'?'));
}
