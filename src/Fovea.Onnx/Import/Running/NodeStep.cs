namespace Fovea.Onnx.Import;

/// <summary>A node that is ready to run.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="OpType">Its operator.</param>
/// <param name="Opset">The version of the operators that the model imports.</param>
/// <param name="Run">What computes it.</param>
/// <param name="Inputs">Places of the inputs; −1 for one that is left out.</param>
/// <param name="Outputs">Places of the outputs; −1 for one that nobody reads.</param>
internal sealed record NodeStep(string Name, string OpType, int Opset, NodeRun Run, int[] Inputs, int[] Outputs)
{
    /// <summary>The names in the file of what the node gives; null for an output that nobody reads.</summary>
    public required IReadOnlyList<string?> Values { get; init; }

    /// <summary>Where each output can be listened to and changed; null for one that nobody reads, and none where nobody made it so.</summary>
    public IReadOnlyList<NodeValue?> Shown { get; set; } = [];

    /// <summary>Places that nobody reads afterwards.</summary>
    public int[] Last { get; set; } = [];
}
