using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>
/// The memory that a run will hold at its peak, known before its first step, in bytes. Over small models of every kind it is 0.75 to 1.5 times
/// what the run's tensors take from the system.
/// </summary>
public sealed record MemoryEstimate
{
    /// <summary>Images in a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Height and width of the images in pixels.</summary>
    public required Size2 ImageSize { get; init; }

    /// <summary>The weights.</summary>
    public required long Weights { get; init; }

    /// <summary>What is kept for each trained weight: its gradient, the optimiser's memory, the average.</summary>
    public required long State { get; init; }

    /// <summary>What a step keeps of each layer for the backward pass, with the gradients on it and what lies idle between.</summary>
    public required long Activations { get; init; }

    /// <summary>The model made ready for validation, and one pass of it.</summary>
    public required long Validation { get; init; }

    /// <summary>Batches in flight, and pictures being decoded for them.</summary>
    public required long Batches { get; init; }

    /// <summary>Decoded pictures that are kept for later epochs.</summary>
    public required long Pictures { get; init; }

    /// <summary>The most that the run may take, with what it holds already.</summary>
    public required long Available { get; init; }

    /// <summary>All of it together.</summary>
    public long Total => Weights + State + Activations + Validation + Batches + Pictures;

    /// <summary>The estimate as a line: <c>memory: about 1.2 GB of 21 GB (activations 0.9 GB, …)</c>.</summary>
    [JsonIgnore]
    public string Text => $"memory: about {Format.Bytes(Total)} of {Format.Bytes(Available)} ({Parts})";

    /// <summary>The parts in words, largest first.</summary>
    [JsonIgnore]
    internal string Parts => string.Join(", ", new (string Name, long Bytes)[]
    {
        ("weights", Weights),
        ("gradients and optimiser", State),
        ("activations", Activations),
        ("validation", Validation),
        ("batches", Batches),
        ("pictures", Pictures),
    }.Where(p => p.Bytes > 0).OrderByDescending(p => p.Bytes).Select(p => $"{p.Name} {Format.Bytes(p.Bytes)}"));
}
