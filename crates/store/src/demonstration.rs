//! Whether the data is a demonstration: made-up people, which must never be taken for real ones.

use crate::error::StoreError;
use crate::sql::{sql, values};
use crate::tx::Tx;

sql! {
    DEMONSTRATION_LOAD = "SELECT whole FROM demonstration WHERE one = 1";
    DEMONSTRATION_SAVE = "INSERT INTO demonstration (one, whole) VALUES (1, $1)
        ON CONFLICT (one) DO UPDATE SET whole = excluded.whole";
}

impl Tx<'_> {
    /// Whether all made-up people are in the data; none where it is no demonstration. In the home
    /// tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn demonstration(&mut self) -> Result<Option<bool>, StoreError> {
        self.at_home()?;
        let row = self.first(&DEMONSTRATION_LOAD, values![])?;
        let whole = row.map(|row| row.columns("demonstration", "its row").take::<i64>("whole"));
        Ok(whole.transpose()?.map(|whole| whole == 1))
    }

    /// Marks the data as a demonstration, whole or not yet. In the home tables.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_demonstration(&mut self, whole: bool) -> Result<(), StoreError> {
        self.at_home()?;
        self.execute(&DEMONSTRATION_SAVE, values![i64::from(whole)])?;
        Ok(())
    }
}
