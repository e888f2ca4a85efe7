namespace Fovea.Onnx.Import;

/// <summary>A node asks for what is not known; all such reasons together become one <see cref="OnnxException"/>.</summary>
/// <param name="reason">What is not known, without a full stop.</param>
internal sealed class NodeRefusal(string reason) : Exception(reason);
