namespace Fovea.Onnx.Import;

/// <summary>A node that is ready to run.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="OpType">Its operator.</param>
/// <param name="Opset">The version of the operators that the model imports.</param>
/// <param name="Run">What computes it.</param>
/// <param name="Inputs">Places of the inputs; −1 for one that is left out.</param>
/// <param name="Outputs">Places of the outputs; −1 for one that nobody reads.</param>
internal sealed record Step(string Name, string OpType, int Opset, NodeRun Run, int[] Inputs, int[] Outputs)
{
    /// <summary>The name of what it makes, or of the first of several.</summary>
    public required string Value { get; init; }

    /// <summary>Who listens to what it makes, or to the first of several.</summary>
    public NodeValue Listeners { get; } = new();

    /// <summary>Places that nobody reads afterwards.</summary>
    public int[] Last { get; set; } = [];
}
