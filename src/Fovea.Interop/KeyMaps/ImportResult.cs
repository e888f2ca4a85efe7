namespace Fovea.Io;

/// <summary>What weights of another library became.</summary>
/// <param name="Source">The source, one of <see cref="Importer.Sources"/>.</param>
/// <param name="Origin">The repository or text that it stands for.</param>
/// <param name="Tensors">The tensors under our names and in our layouts.</param>
/// <param name="Options">Options that the source implies although no name or shape shows them, as <c>mechanism.option</c> and its value.</param>
public sealed record ImportResult(
    string Source, string Origin, IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Options);
