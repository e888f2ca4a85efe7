namespace Fovea.Onnx.Import;

/// <summary>What a node makes, as a part of the model that can be listened to: it passes on what it gets.</summary>
internal sealed class NodeValue : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x;
}
