using System.Numerics;

namespace Fovea;

/// <summary>
/// A random generator with explicit state: Philox 4×32 with 10 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
/// 2011). The stream is a pure function of seed and position, so it is the same on every machine, can be saved in a checkpoint, and
/// forked by purpose. Not thread-safe: one generator per purpose.
/// </summary>
public sealed class Generator
{
    private readonly uint _key0;
    private readonly uint _key1;
    private ulong _block;
    private int _used = 4;
    private uint _w0;
    private uint _w1;
    private uint _w2;
    private uint _w3;

    /// <summary>Starts the stream of a seed.</summary>
    public Generator(ulong seed)
    {
        // Neighbouring seeds are spread first, so that "seed + 1" shares nothing with "seed" even in the weakest reading.
        ulong key = Mix(seed + 0x9E3779B97F4A7C15);
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
        Seed = seed;
    }

    /// <summary>Restores a saved state.</summary>
    public Generator(GeneratorState state)
        : this(state.Seed)
    {
        if (state.Position == 0)
        {
            return;
        }

        _block = (state.Position - 1) / 4;
        NextBlock();
        _used = (int)((state.Position - 1) % 4) + 1;
    }

    /// <summary>The seed that the stream started from.</summary>
    public ulong Seed { get; }

    /// <summary>Seed and position: all there is to save.</summary>
    public GeneratorState State => new(Seed, _block == 0 ? 0 : (_block - 1) * 4 + (ulong)_used);

    /// <summary>A generator for one purpose: its seed is a hash of this one's seed and the name, independent of the position.</summary>
    public Generator Fork(string purpose) => Fork(Hash(purpose));

    /// <summary>A generator for one numbered item (an epoch, an image), independent of the position.</summary>
    public Generator Fork(ulong item) => new(Mix(Seed ^ Mix(item + 0xD1B54A32D192ED03)));

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_used == 4)
        {
            NextBlock();
            _used = 0;
        }

        return _used++ switch
        {
            0 => _w0,
            1 => _w1,
            2 => _w2,
            _ => _w3,
        };
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => ((ulong)NextUInt32() << 32) | NextUInt32();

    /// <summary>A whole number from 0 to <paramref name="limit"/> − 1, every one as likely as the next.</summary>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);

        // Lemire's method: the product's high word is the number; the few low words that would favour some numbers are redrawn.
        uint bound = (uint)limit;
        ulong product = (ulong)NextUInt32() * bound;
        if ((uint)product < bound)
        {
            uint threshold = (uint)(-(int)bound) % bound;
            while ((uint)product < threshold)
            {
                product = (ulong)NextUInt32() * bound;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>A number of the standard normal distribution (Box and Muller's transform; one of its two results is used).</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts the elements in a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Fills with numbers in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public void FillUniform<T>(Span<T> values, double low = 0, double high = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(NextDouble(low, high));
        }
    }

    /// <summary>Fills with numbers of a normal distribution.</summary>
    public void FillNormal<T>(Span<T> values, double mean = 0, double deviation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(mean + deviation * NextNormal());
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static ulong Hash(string text)
    {
        // FNV-1a over UTF-16 units: string.GetHashCode differs from process to process.
        ulong hash = 14695981039346656037;
        foreach (char unit in text)
        {
            hash = (hash ^ unit) * 1099511628211;
        }

        return hash;
    }

    private void NextBlock()
    {
        uint c0 = (uint)_block;
        uint c1 = (uint)(_block >> 32);
        uint c2 = 0;
        uint c3 = 0;
        uint k0 = _key0;
        uint k1 = _key1;
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0;
            ulong p1 = 0xCD9E8D57UL * c2;
            c0 = (uint)(p1 >> 32) ^ c1 ^ k0;
            c1 = (uint)p1;
            c2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c3 = (uint)p0;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        (_w0, _w1, _w2, _w3) = (c0, c1, c2, c3);
        _block++;
    }
}

/// <summary>All there is to save of a <see cref="Generator"/>.</summary>
/// <param name="Seed">The seed that the stream started from.</param>
/// <param name="Position">How many 32-bit words were drawn.</param>
public readonly record struct GeneratorState(ulong Seed, ulong Position);
