using System.Formats.Tar;
using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data;

namespace Fovea.Training.Tests;

/// <summary>Two shards of the pictures of <see cref="TinyRun"/>, of which some are damaged, and a run on them.</summary>
internal sealed class DamagedShards : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly (int Picture, byte[] Bytes)[] _damage;

    /// <param name="pictures">Pictures of a shard.</param>
    /// <param name="damage">Which of all are damaged, and what stands in their places.</param>
    public DamagedShards(int pictures, params (int Picture, byte[] Bytes)[] damage)
    {
        _damage = damage;
        Write("train", pictures, 1, damage);
        Write("val", pictures / 2, 2, []);
    }

    /// <summary>A truncated JPEG, garbage, and nothing at all.</summary>
    public static byte[][] Kinds { get; } =
    [
        File.ReadAllBytes(Repository.Golden("images", "jpeg", "arithmetic-1x1.jpg"))[..400], [.. Enumerable.Range(0, 300).Select(i => (byte)(i * 7))], [],
    ];

    public string Train => Path.Combine(_folder.Root, "train");

    public string Root => _folder.Root;

    /// <summary>The names of the damaged pictures.</summary>
    public string[] Damaged => [.. _damage.Select(d => $"{Name(d.Picture)}")];

    /// <summary>What a trainer takes, the pictures read from the shards.</summary>
    public TrainingInputs Inputs(int workers = 0, string? val = null)
    {
        TrainingInputs plain = TinyRun.Inputs(workers: workers);
        DataLoaderOptions options = plain.Train.Options with { Damaged = DamagedPictures.Replace, ShuffleBuffer = 8 };
        return plain with
        {
            Train = new DataLoader(DatasetFactory.Open(Train), plain.Train.Pipeline, options),
            Validation = new DataLoader(
                DatasetFactory.Open(val ?? Path.Combine(_folder.Root, "val")), plain.Validation!.Pipeline, plain.Validation.Options with { Damaged = DamagedPictures.LeaveOut }),
        };
    }

    /// <summary>The name of a picture of the training part.</summary>
    public string Name(int picture) => Name("train", picture);

    public void Dispose() => _folder.Dispose();

    public void Write(string part, int pictures, ulong seed, (int Picture, byte[] Bytes)[] damage)
    {
        var images = new TinyRun.Blobs(2 * pictures, seed);
        for (int shard = 0; shard < 2; shard++)
        {
            var members = new List<(string, byte[]?)>();
            for (int i = shard * pictures; i < (shard + 1) * pictures; i++)
            {
                byte[] bytes = Array.Find(damage, d => d.Picture == i) is { Bytes: { } bad } ? bad : PngEncoder.Encode(images.Get(i).Image);
                members.Add(($"{i:D4}{(bytes.Length == 400 ? ".jpg" : ".png")}", bytes));
                members.Add(($"{i:D4}.cls", System.Text.Encoding.ASCII.GetBytes(TinyRun.Classes[images.Label(i)])));
            }

            _folder.File($"{part}/{shard:D6}.tar", TestArchive.Tar(TarEntryFormat.Ustar, [.. members]));
        }

        _folder.Text($"{part}/classes.txt", string.Join('\n', TinyRun.Classes));
    }

    private string Name(string part, int picture)
    {
        IImageDataset data = DatasetFactory.Open(Path.Combine(_folder.Root, part));
        return data.Name(picture);
    }
}
