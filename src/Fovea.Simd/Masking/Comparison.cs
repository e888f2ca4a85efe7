namespace Fovea.Simd.Masking;

/// <summary>How two numbers are compared. With a NaN all but <see cref="NotEqual"/> are false.</summary>
public enum Comparison
{
    /// <summary><c>a &gt; b</c>.</summary>
    Greater,

    /// <summary><c>a ≥ b</c>.</summary>
    GreaterOrEqual,

    /// <summary><c>a &lt; b</c>.</summary>
    Less,

    /// <summary><c>a ≤ b</c>.</summary>
    LessOrEqual,

    /// <summary><c>a = b</c>.</summary>
    Equal,

    /// <summary><c>a ≠ b</c>.</summary>
    NotEqual,
}
