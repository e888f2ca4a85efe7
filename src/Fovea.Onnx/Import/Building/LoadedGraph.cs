namespace Fovea.Onnx.Import;

/// <summary>A model as it comes out of its file.</summary>
internal sealed record LoadedGraph
{
    public required Interpreter Interpreter { get; init; }

    /// <summary>The version of ONNX's operators that the file imports.</summary>
    public required int Opset { get; init; }

    /// <summary>What the model takes, and the places of it.</summary>
    public required (OnnxValue Value, int Place)[] Inputs { get; init; }

    /// <summary>What the model gives.</summary>
    public required OnnxValue[] Outputs { get; init; }

    /// <summary>What is learnt, by its name in the file.</summary>
    public required (string Name, Tensor Value)[] Parameters { get; init; }

    /// <summary>Running statistics, by their names in the file.</summary>
    public required (string Name, Tensor Value)[] Buffers { get; init; }

    /// <summary>Numbers that never change.</summary>
    public required Tensor[] Constants { get; init; }

    /// <summary>What the weights are drawn from when they are drawn anew.</summary>
    public required FirstValues FirstValues { get; init; }

    /// <summary>Names of what the last layer learns; empty where the graph ends with features.</summary>
    public required IReadOnlyList<string> Head { get; init; }

    /// <summary>What is otherwise here than in the file.</summary>
    public required string[] Notes { get; init; }
}
