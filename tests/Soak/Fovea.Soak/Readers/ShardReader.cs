using System.Text;
using Fovea.Testing.Mutating;

namespace Fovea.Soak.Readers;

/// <summary>A shard of pictures with classes, with masks or with boxes, read by its headers and then here and there.</summary>
public sealed class ShardReader() : DataReader("shard", new TarStructure(), "0000.tar")
{
    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. ArchiveReader.Tars([.. Enumerable.Range(0, 2).SelectMany(i => Sample(i, ".cls", Encoding.ASCII.GetBytes($"{i}\n")))]),
        .. ArchiveReader.Tars([.. Enumerable.Range(0, 2).SelectMany(i => Sample(i, ".mask.png", Goldens.Mask(i)))]),
        .. ArchiveReader.Tars([.. Enumerable.Range(0, 2).SelectMany(i => Sample(i, ".json", Encoding.UTF8.GetBytes(
            $$"""{"width":6,"height":5,"objects":[{"class":"{{(i == 0 ? "cat" : "dog")}}","box":[0.5,1,3,{{i + 2}}]},{"class":"cat","box":[1,1,2,2],"ignored":true}]}""")))]),
    ];

    protected override string Opened => string.Empty;

    private static IEnumerable<(string Name, byte[] Content)> Sample(int number, string ending, byte[] label) =>
        [($"{number:D6}.png", Goldens.Picture(number)), ($"{number:D6}{ending}", label)];
}
