namespace OwnMechanism;

/// <summary>Pictures of 32×32 with stripes across or down: every picture is made from its number alone, so any thread may ask for any.</summary>
public sealed class Stripes(ulong seed, DataSplit split) : IImageDataset
{
    private const int Side = 32;
    private readonly Generator _root = new Generator(seed).Fork(split.ToString());
    public string Source => $"stripes ({split}, seed {seed})";
    public int Count => split == DataSplit.Train ? 256 : 64;

    public IReadOnlyList<string> Classes { get; } = ["across", "down"];
    public int Label(int index) => index % 2;
    public string Name(int index) => $"{split}/{index}";

    public ImageSample Get(int index)
    {
        Generator random = _root.Fork(Name(index));
        var picture = new Image(Side, Side, PixelFormat.Grey);
        double phase = random.NextDouble() * Side;
        for (int i = 0; i < picture.Pixels.Length; i++)
        {
            int along = Label(index) == 0 ? i / Side : i % Side;
            picture.Pixels[i] = (byte)(100 + (int)(along + phase) / 3 % 2 * 60 + (int)(random.NextDouble() * 80));
        }

        return new ImageSample(picture, Label(index), Name(index));
    }
}
