using System.Globalization;

namespace Fovea.Training;

/// <summary>Writes the class below each image: <c>dog</c>, or of mixed images <c>70 dog 30 cat</c> in percent.</summary>
internal sealed class ClassDrawing(IReadOnlyList<string> classes) : ILabelDrawing
{
    public bool HasCaptions => true;

    public string Caption(Tensor targets, int number)
    {
        if (targets.Rank == 1)
        {
            return DrawnName.Of((int)targets.AsSpan<long>()[number], classes);
        }

        float[] shares = targets.AsSpan<float>().Slice(number * classes.Count, classes.Count).ToArray();
        int[] mixed = [.. Enumerable.Range(0, shares.Length).Where(c => shares[c] > 0).OrderByDescending(c => shares[c])];
        return mixed.Length == 1
            ? DrawnName.Of(mixed[0], classes)
            : string.Join(' ', mixed.Select(c => string.Create(CultureInfo.InvariantCulture, $"{100 * shares[c]:0} {DrawnName.Of(c, classes)}")));
    }
}
