using Fovea.Testing.Mutating;
using Fovea.Training.Data;

namespace Fovea.Soak.Readers;

/// <summary>Data given as a path: the damaged file lies in a folder among sound ones, and every sample is read.</summary>
/// <param name="name">As the table has it.</param>
/// <param name="structure">What the mutator knows of the format.</param>
/// <param name="file">The path of the damaged file in the folder.</param>
public abstract class DataReader(string name, FileStructure structure, string file) : Reader(name, structure)
{
    // What a service would allow that takes small data from strangers.
    private static readonly DatasetOptions s_options = new() { MemoryLimit = 4 << 20, CacheLimit = 1 << 20, Limits = ImageReader.Limits };

    /// <summary>The sound files beside the damaged one.</summary>
    protected virtual IEnumerable<(string Path, byte[] Content)> Others => [];

    /// <summary>The path that is opened, in the folder; the damaged file itself when not overridden.</summary>
    protected virtual string Opened => file;

    public override long Read(byte[] content, string folder)
    {
        string root = Path.Combine(folder, Name);
        if (!Directory.Exists(root))
        {
            foreach ((string path, byte[] sound) in Others.Append((file, content)))
            {
                string full = Path.Combine(root, path);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                File.WriteAllBytes(full, sound);
            }
        }

        File.WriteAllBytes(Path.Combine(root, file), content);
        string opened = Path.Combine(root, Opened);
        try
        {
            DatasetPair pair = DatasetFactory.OpenPair(opened, options: s_options);
            Each([() => Walk(pair.Train), () => Walk(pair.Val)]);
        }
        catch (FoveaException)
        {
            // Too little to be divided can still be evaluated.
            Walk(DatasetFactory.Open(opened, s_options));
            throw;
        }

        return 0;
    }

    /// <summary>Reads a sample and finds what no reader may give.</summary>
    /// <param name="data">The data.</param>
    /// <param name="index">Which sample.</param>
    protected virtual void Check(IImageDataset data, int index)
    {
        if ((uint)data.Label(index) >= (uint)data.Classes.Count || data.Name(index).Length == 0)
        {
            throw new InvalidOperationException($"{data.Source}: sample {index} has label {data.Label(index)} of {data.Classes.Count} classes and the name \"{data.Name(index)}\"");
        }

        ImageSample sample = data.Get(index);
        if (sample.Mask is { } mask && (mask.Width, mask.Height) != (sample.Image.Width, sample.Image.Height))
        {
            throw new InvalidOperationException($"{data.Source}: the mask of {sample.Name} has another size");
        }
    }

    // A damaged picture is refused by itself; what is around it can still be read.
    private void Walk(IImageDataset data) => Each(Enumerable.Range(0, data.Count).Select<int, Action>(i => () => Check(data, i)));
}
