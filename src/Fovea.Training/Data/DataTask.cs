using System.Text.Json.Serialization;

namespace Fovea.Training.Data;

/// <summary>What the labels of data are, and so what a model learns from them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DataTask>))]
public enum DataTask
{
    /// <summary>A class for each picture.</summary>
    Classify,

    /// <summary>A class for each pixel: a mask for each picture.</summary>
    Segment,
}
