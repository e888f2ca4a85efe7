namespace Fovea.Compilation;

/// <summary>What many kernels can do to their results on the way to memory: <c>y = relu(y + residual)</c>, either of the two or both.</summary>
/// <param name="Residual">Whether something of the results' shape is added.</param>
/// <param name="Relu">Whether the sum is rectified, after which nothing fits any more.</param>
internal readonly record struct FusedEpilogue(bool Residual, bool Relu)
{
    /// <summary>How the names of fused ops end.</summary>
    public string Suffix => $"{(Residual ? "+add" : "")}{(Relu ? "+relu" : "")}";

    /// <summary>Operations per result.</summary>
    public int Operations => (Residual ? 1 : 0) + (Relu ? 1 : 0);

    /// <summary>This epilogue with the step after it, and what that adds (null for nothing); null when it does not fit.</summary>
    /// <param name="y">The results.</param>
    /// <param name="user">The only step that reads them.</param>
    public (FusedEpilogue Epilogue, Value? Added)? With(Value y, Step user)
    {
        if (Relu)
        {
            return null;
        }

        if (!Residual && Added(y, user) is { } added)
        {
            return (new FusedEpilogue(true, user.Op is AddReluOp), added);
        }

        return user.Op is ReluOp ? (this with { Relu = true }, null) : null;
    }

    /// <summary>What a sum, rectified or not, adds to <paramref name="y"/> without broadcasting; null for other steps.</summary>
    public static Value? Added(Value y, Step user) => user.Op is AddOp or AddReluOp && user.Inputs[0].Spec == user.Inputs[1].Spec
        ? user.Inputs[user.Inputs[0] == y ? 1 : 0]
        : null;
}
