using Fovea.Simd.Masking;

namespace Fovea;

/// <summary>Comparisons, which give masks.</summary>
public static class CompareExtensions
{
    extension(Tensor x)
    {
        /// <summary>Mask of <c>x &gt; other</c>; false at NaN. Shapes broadcast; both of one element type.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor Greater(Tensor other) => Run(Comparison.Greater, x, other);

        /// <summary>Mask of <c>x &gt; number</c>; false at NaN. Shapes: any → same.</summary>
        public Tensor Greater(double number) => Run(Comparison.Greater, x, number);

        /// <summary>Mask of <c>x ≥ other</c>; false at NaN. Shapes broadcast; both of one element type.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor GreaterOrEqual(Tensor other) => Run(Comparison.GreaterOrEqual, x, other);

        /// <summary>Mask of <c>x ≥ number</c>; false at NaN. Shapes: any → same.</summary>
        public Tensor GreaterOrEqual(double number) => Run(Comparison.GreaterOrEqual, x, number);

        /// <summary>Mask of <c>x &lt; other</c>; false at NaN. Shapes broadcast; both of one element type.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor Less(Tensor other) => Run(Comparison.Less, x, other);

        /// <summary>Mask of <c>x &lt; number</c>; false at NaN. Shapes: any → same.</summary>
        public Tensor Less(double number) => Run(Comparison.Less, x, number);

        /// <summary>Mask of <c>x ≤ other</c>; false at NaN. Shapes broadcast; both of one element type.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor LessOrEqual(Tensor other) => Run(Comparison.LessOrEqual, x, other);

        /// <summary>Mask of <c>x ≤ number</c>; false at NaN. Shapes: any → same.</summary>
        public Tensor LessOrEqual(double number) => Run(Comparison.LessOrEqual, x, number);

        /// <summary>Mask of <c>x = other</c>; false at NaN. Shapes broadcast; both of one element type.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor EqualTo(Tensor other) => Run(Comparison.Equal, x, other);

        /// <summary>Mask of <c>x = number</c>; false at NaN. Shapes: any → same.</summary>
        public Tensor EqualTo(double number) => Run(Comparison.Equal, x, number);

        /// <summary>Mask of <c>x ≠ other</c>; true at NaN. Shapes broadcast; both of one element type.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor NotEqualTo(Tensor other) => Run(Comparison.NotEqual, x, other);

        /// <summary>Mask of <c>x ≠ number</c>; true at NaN. Shapes: any → same.</summary>
        public Tensor NotEqualTo(double number) => Run(Comparison.NotEqual, x, number);
    }

    private static Tensor Run(Comparison comparison, Tensor x, Tensor other) => Op.Run(new CompareOp(comparison, null), x, other);

    private static Tensor Run(Comparison comparison, Tensor x, double number) => Op.Run(new CompareOp(comparison, number), x);
}
