namespace Fovea.Testing.Mutating;

/// <summary>Pieces of text between separators: lines and cells of tables, members of JSON, words of headers.</summary>
/// <param name="separators">The characters that end a piece.</param>
public sealed class TextStructure(string separators) : FileStructure
{
    public static TextStructure Lines { get; } = new("\n");

    public static TextStructure Csv { get; } = new("\n,;\t");

    public static TextStructure Json { get; } = new(",{}[]:");

    public static TextStructure Words { get; } = new(" \n");

    public override IReadOnlyList<Part> Parts(byte[] file) => Pieces(file, 0, file.Length, separators);

    internal static List<Part> Pieces(byte[] file, int from, int to, string separators)
    {
        var parts = new List<Part>();
        for (int start = from, i = from; i < to; i++)
        {
            if (separators.Contains((char)file[i], StringComparison.Ordinal))
            {
                parts.Add(new Part(start, i + 1 - start));
                start = i + 1;
            }
        }

        return parts;
    }
}
