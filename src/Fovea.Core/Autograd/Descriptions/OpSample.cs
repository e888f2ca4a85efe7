namespace Fovea;

/// <summary>Implemented by every op: the cases on which the contract tests check it. A test fails for an op that has none.</summary>
internal interface ISampledOp
{
    /// <summary>Small cases that cover every option and the odd sizes.</summary>
    static abstract IEnumerable<OpSample> Samples { get; }
}

/// <summary>One case: the op with its attributes and the shapes to try it on.</summary>
/// <param name="Op">The op.</param>
/// <param name="Inputs">The inputs' shapes.</param>
internal sealed record OpSample(Op Op, params Shape[] Inputs)
{
    /// <summary>The range of the random inputs (default −1.5 … 1.5); choose it away from poles and kinks.</summary>
    public (double Low, double High) Range { get; init; } = (-1.5, 1.5);

    /// <summary>
    /// Makes inputs that are not floating point (labels, masks), or that need care; null for random numbers in <see cref="Range"/>.
    /// </summary>
    public Func<int, Generator, Tensor?>? Make { get; init; }

    /// <summary>The floating-point inputs that the op takes as constants: no gradient flows to them (statistics, class weights).</summary>
    public int[] Constants { get; init; } = [];

    /// <summary>Whether values must be far apart, so that a maximum or a kink is not crossed by a finite difference.</summary>
    public bool Distinct { get; init; }
}
