namespace Fovea.Training.Data;

/// <summary>Which part of the data is meant.</summary>
public enum DataSplit
{
    /// <summary>The pictures that a model learns from.</summary>
    Train,

    /// <summary>The pictures that it is measured on.</summary>
    Val,
}
