//! stub
use std::ops::Range;
macro_rules! s {
    ($t:ident) => {
        /// stub
        #[derive(
            Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub struct $t(pub String);
        impl $t {
            /// s
            pub fn events(&self) -> Vec<String> {
                vec![]
            }
            /// s
            pub fn states(&self) -> Vec<String> {
                vec![]
            }
            /// s
            pub fn records(&self) -> Vec<String> {
                vec![]
            }
            /// s
            pub fn statistic(&self) -> Option<&str> {
                None
            }
        }
    };
}
s!(Keep);
s!(Then);
s!(Period);
/// s
#[derive(Debug)]
pub struct Problem {
    /// s
    pub span: Range<usize>,
    /// s
    pub message: String,
    /// s
    pub expected: Option<String>,
    /// s
    pub hint: Option<String>,
}
/// s
/// # Errors
/// s
pub fn parse(t: &str) -> Result<Keep, Vec<Problem>> {
    Ok(Keep(t.into()))
}
/// s
/// # Errors
/// s
pub fn parse_then(t: &str) -> Result<Then, Vec<Problem>> {
    Ok(Then(t.into()))
}
/// s
/// # Errors
/// s
pub fn parse_period(t: &str) -> Result<Period, Vec<Problem>> {
    Ok(Period(t.into()))
}
