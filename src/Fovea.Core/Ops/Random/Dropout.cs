using Fovea.Simd.Noise;

namespace Fovea;

/// <summary>The mask is a function of the seed and the place, so backward makes it again instead of keeping it.</summary>
internal sealed class DropoutOp(double probability, ulong seed) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [.. UnarySamples.Of(new DropoutOp(0.3, 42)), new(new DropoutOp(0, 1), [9]), new(new DropoutOp(1, 1), [9])];

    public override string Name => "dropout";

    public override OpAttributes Attributes => new() { { "probability", probability }, { "seed", seed } };

    public override bool IsRandom => true;

    public double Probability => probability;

    public ulong Seed => seed;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape;

    protected override void Forward<T>(ForwardContext c) => DropoutMask.Apply(c.In<T>(0), c.Out<T>(), probability, seed);

    protected override void Backward<T>(BackwardContext c) => DropoutMask.Apply(c.GradOut<T>(), c.GradInOverGradOut<T>(0), probability, seed);
}

/// <summary>Random zeros.</summary>
public static class DropoutExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Dropout: each value is 0 with the probability p and <c>x / (1 − p)</c> otherwise, so that its expectation stays. Shapes: any →
        /// same. Source: Srivastava et al., 2014. For evaluation, do not call it.
        /// </summary>
        /// <param name="probability">p, from 0 to 1.</param>
        /// <param name="generator">Where the randomness comes from: one number is drawn to seed the mask.</param>
        /// <exception cref="OptionException">p is not from 0 to 1.</exception>
        public Tensor Dropout(double probability, Generator generator)
        {
            ArgumentNullException.ThrowIfNull(generator);
            DropoutChecks.Probability("dropout", probability);
            return probability == 0 ? x : Op.Run(new DropoutOp(probability, generator.NextUInt64()), x);
        }

        /// <summary>
        /// Stochastic depth: each sample as a whole is 0 with the probability p and <c>x / (1 − p)</c> otherwise; for the branch of a
        /// residual block. Shapes: <c>[N, …] → same</c>. Source: Huang et al., 2016.
        /// </summary>
        /// <param name="probability">p, from 0 to 1.</param>
        /// <param name="generator">Where the randomness comes from: one number is drawn for each sample.</param>
        /// <exception cref="OptionException">p is not from 0 to 1.</exception>
        /// <exception cref="ShapeException">There is no batch axis.</exception>
        public Tensor DropPath(double probability, Generator generator)
        {
            ArgumentNullException.ThrowIfNull(generator);
            DropoutChecks.Probability("drop_path", probability);
            if (x.Rank < 1)
            {
                throw new ShapeException("drop_path", "[N, …]", x.Shape.ToString());
            }

            if (probability == 0)
            {
                return x;
            }

            double[] keep = new double[x.Shape[0]];
            for (int i = 0; i < keep.Length; i++)
            {
                keep[i] = generator.NextDouble() < probability ? 0 : 1 / (1 - probability);
            }

            Tensor mask = Tensor.From(keep, [keep.Length, .. Enumerable.Repeat(1, x.Rank - 1)]).To(x.DType);
            return x * mask;
        }
    }
}

/// <summary>What dropout refuses.</summary>
internal static class DropoutChecks
{
    public static void Probability(string operation, double probability)
    {
        if (probability is not (>= 0 and <= 1))
        {
            throw new OptionException(operation, $"expected a probability from 0 to 1, got {probability}.");
        }
    }
}
