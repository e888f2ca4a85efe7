namespace Fovea.Onnx.Import;

/// <summary>A value of the file as a module without parameters: each time that a node has made it, it goes through here, for those who listen.</summary>
internal sealed class NodeValue : Module
{
    protected override Tensor Forward(Tensor x) => x;
}
