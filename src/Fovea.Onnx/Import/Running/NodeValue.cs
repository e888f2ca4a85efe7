namespace Fovea.Onnx.Import;

/// <summary>
/// A value of the file as a module without parameters: each time that a node has made it, it goes through here, for those who listen. Its inputs are the
/// value, and behind it what the node read.
/// </summary>
internal sealed class NodeValue : Module
{
    protected override Tensor Forward(Tensor x) => x;

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs[0];
}
