namespace Fovea.Training.Data;

/// <summary>Data that have boxes as they are written.</summary>
internal interface IWrittenBoxes
{
    /// <summary>What is said of a picture.</summary>
    /// <param name="index">The picture.</param>
    /// <exception cref="DataException">That cannot be read.</exception>
    BoxAnnotation Annotation(int index);
}
