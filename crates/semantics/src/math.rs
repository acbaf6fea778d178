//! Elementary functions, the same bits on every machine: from the `libm` crate, never the system's
//! library and never with fused multiply-add.

/// Functions of one number, each by its usual name.
macro_rules! unary { ($($(#[$doc:meta])* $name:ident)*) => { $(
    $(#[$doc])*
    #[inline]
    pub fn $name(x: f64) -> f64 {
        libm::$name(x)
    }
)* } }

unary! {
    /// Sine of an angle in radians.
    sin
    /// Cosine of an angle in radians.
    cos
    /// Tangent of an angle in radians.
    tan
    /// Arc sine.
    asin
    /// Arc cosine.
    acos
    /// Arc tangent.
    atan
    /// Hyperbolic sine.
    sinh
    /// Hyperbolic cosine.
    cosh
    /// Hyperbolic tangent.
    tanh
    /// e to the power x.
    exp
    /// Natural logarithm.
    log
    /// Logarithm to base 2.
    log2
    /// Logarithm to base 10.
    log10
    /// Cube root.
    cbrt
}

/// Square root, correctly rounded; NaN below zero.
#[inline]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// `x` to the power `y`, correctly rounded if `y` is a whole number of at most 2^31.
///
/// ```
/// assert_eq!(sox_semantics::math::pow(2.0, 10.0), 1024.0);
/// ```
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    crate::power::power(x, y).unwrap_or_else(|| libm::pow(x, y))
}

/// The angle of the point (x, y), in radians, from -π to π.
#[inline]
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// The length of the vector (x, y), without overflow on the way.
#[inline]
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// -1, 0 or 1 with the sign of `x`; NaN and the zeros give themselves.
#[inline]
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(sin(std::f64::consts::FRAC_PI_2), 1.0);
        assert_eq!(cos(0.0), 1.0);
        assert_eq!(log(1.0), 0.0);
        assert_eq!(log2(1024.0), 10.0);
        assert_eq!(log10(1000.0), 3.0);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(pow(2.0, 0.5), 2f64.sqrt());
        assert_eq!(pow(0.0, 0.0), 1.0);
        assert_eq!(hypot(3.0, 4.0), 5.0);
        assert_eq!(atan2(0.0, -1.0), std::f64::consts::PI);
        assert!(sqrt(-1.0).is_nan());
        assert_eq!(sign(-0.0).to_bits(), (-0.0f64).to_bits());
    }
}
