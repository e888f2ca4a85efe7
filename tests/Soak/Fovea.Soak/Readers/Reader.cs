using System.Runtime.ExceptionServices;
using Fovea.Imaging;
using Fovea.Testing.Mutating;

namespace Fovea.Soak.Readers;

/// <summary>One kind of file: sound examples, how they are damaged, and how a user reads them.</summary>
/// <param name="name">As the command line and the table have it.</param>
/// <param name="structure">What the mutator knows of the format.</param>
public abstract class Reader(string name, FileStructure structure)
{
    private readonly Mutator _mutator = new(structure);

    public string Name { get; } = name;

    /// <summary>Sound files of a few kilobytes at most.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Makes the file of a case: the same for the same seed, reader and number.</summary>
    public byte[] Case(int seed, int number) => _mutator.Mutate(Seeds, number % Seeds.Count, new Random(Scatter(seed, number)));

    /// <summary>Reads a file completely.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="folder">A folder of the calling thread's own, for readers that want a path.</param>
    /// <returns>The bytes of native memory that the tensors of the file hold.</returns>
    /// <exception cref="FoveaException">The file is refused.</exception>
    /// <exception cref="ImageException">The picture is refused.</exception>
    public abstract long Read(byte[] file, string folder);

    /// <summary>Whether an exception is one that readers may raise: typed, with a message for the user.</summary>
    public static bool IsTyped(Exception error) => error is FoveaException or ImageException;

    /// <summary>Does all of several things that may be refused, and then says what was refused first.</summary>
    protected static void Each(IEnumerable<Action> actions)
    {
        Exception? first = null;
        foreach (Action action in actions)
        {
            try
            {
                action();
            }
            catch (Exception error) when (IsTyped(error))
            {
                first ??= error;
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    protected static long Bytes(IEnumerable<Tensor> tensors) => tensors.Sum(t => t.Spec.Bytes);

    // A step of a counter through a mixer of 64 bits; string.GetHashCode is another in every process.
    private int Scatter(int seed, int number)
    {
        ulong hash = Name.Aggregate((ulong)(uint)seed, (h, c) => (h ^ c) * 0x100000001B3) + (ulong)number * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return (int)(hash ^ (hash >> 31));
    }
}
