namespace Fovea.Training;

/// <summary>Shows nothing of the labels.</summary>
internal sealed class PlainDrawing : ILabelDrawing
{
    public static PlainDrawing Instance { get; } = new();
}
