namespace Fovea.Onnx.Import;

/// <summary>What a node gets when it runs.</summary>
/// <param name="values">The inputs; null where an optional one was left out.</param>
/// <param name="floats">The element type of floats in this call.</param>
/// <param name="isTraining">Whether the model is in training mode.</param>
internal sealed class NodeInputs(Tensor?[] values, DType floats, bool isTraining)
{
    /// <summary>How many places for inputs the node has.</summary>
    public int Count => values.Length;

    /// <summary>The element type of floats in this call.</summary>
    public DType Floats => floats;

    /// <summary>Whether the model is in training mode.</summary>
    public bool IsTraining => isTraining;

    /// <summary>The inputs that are there.</summary>
    public Tensor[] All => [.. values.OfType<Tensor>()];

    /// <summary>An input that the operator needs.</summary>
    public Tensor this[int i] => Optional(i) ?? throw new OnnxException($"expected at least {i + 1} inputs, got {values.Length}");

    /// <summary>An input that may be left out.</summary>
    public Tensor? Optional(int i) => i < values.Length ? values[i] : null;

    /// <summary>An input as whole numbers, which shapes, axes and places are.</summary>
    public long[] Integers(int i) => this[i].Cast(DType.Int64).ToArray<long>();

    /// <summary>An input as lengths or axes.</summary>
    public int[] Lengths(int i) => Array.ConvertAll(Integers(i), Whole.ToInt);

    /// <summary>An input of one number.</summary>
    public double Number(int i) => this[i].Item();
}
