using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>The colours of published data sets, as lines of a table.</summary>
internal static class KnownColors
{
    private static readonly string[] s_voc =
    [
        "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog", "horse", "motorbike",
        "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ];

    // The classes that Cityscapes is scored on, in the order of their train ids. What shares the colour of one of them (polegroup, license
    // plate) cannot be told from it.
    private static readonly string[] s_cityscapes =
    [
        "128 64 128 road", "244 35 232 sidewalk", "70 70 70 building", "102 102 156 wall", "190 153 153 fence", "153 153 153 pole", "250 170 30 traffic light",
        "220 220 0 traffic sign", "107 142 35 vegetation", "152 251 152 terrain", "70 130 180 sky", "220 20 60 person", "255 0 0 rider", "0 0 142 car",
        "0 0 70 truck", "0 60 100 bus", "0 80 100 train", "0 0 230 motorcycle", "119 11 32 bicycle",

        // Unlabeled, dynamic, ground, parking, rail track, guard rail, bridge, tunnel, caravan, trailer.
        "0 0 0 void", "111 74 0 void", "81 0 81 void", "250 170 160 void", "230 150 140 void", "180 165 180 void", "150 100 100 void", "150 120 90 void",
        "0 0 90 void", "0 0 110 void",
    ];

    // CamVid's own 31 classes, in alphabetical order as its list has them, and void.
    private static readonly string[] s_camvid =
    [
        "64 128 64 Animal", "192 0 128 Archway", "0 128 192 Bicyclist", "0 128 64 Bridge", "128 0 0 Building", "64 0 128 Car", "64 0 192 CartLuggagePram",
        "192 128 64 Child", "192 192 128 Column_Pole", "64 64 128 Fence", "128 0 192 LaneMkgsDriv", "192 0 64 LaneMkgsNonDriv", "128 128 64 Misc_Text",
        "192 0 192 MotorcycleScooter", "128 64 64 OtherMoving", "64 192 128 ParkingBlock", "64 64 0 Pedestrian", "128 64 128 Road", "128 128 192 RoadShoulder",
        "0 0 192 Sidewalk", "192 128 128 SignSymbol", "128 128 128 Sky", "64 128 192 SUVPickupTruck", "0 0 64 TrafficCone", "0 64 64 TrafficLight",
        "192 64 128 Train", "128 128 0 Tree", "192 128 192 Truck_Bus", "64 0 64 Tunnel", "192 192 0 VegetationMisc", "0 0 0 Void", "64 192 0 Wall",
    ];

    /// <summary>The tables by name.</summary>
    public static IReadOnlyDictionary<string, string[]> Tables { get; } = new Dictionary<string, string[]>
    {
        ["voc"] = [.. s_voc.Select((name, index) => Voc(index, name)), Voc(MaskLabels.Ignored, "void")],
        ["cityscapes"] = s_cityscapes,
        ["camvid"] = s_camvid,
    };

    // PASCAL VOC's rule: bits 0, 3 and 6 of the index are the highest bits of red, bits 1, 4 and 7 those of green, bits 2 and 5 those of blue.
    private static string Voc(int index, string name)
    {
        int red = 0, green = 0, blue = 0;
        for (int bit = 7, rest = index; bit >= 0; bit--, rest >>= 3)
        {
            red |= (rest & 1) << bit;
            green |= ((rest >> 1) & 1) << bit;
            blue |= ((rest >> 2) & 1) << bit;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{red} {green} {blue} {name}");
    }
}
