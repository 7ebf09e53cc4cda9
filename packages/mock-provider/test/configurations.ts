const aws = "registry.opentofu.org/hashicorp/aws";
const hcloud = "registry.opentofu.org/hetznercloud/hcloud";

/** A configuration that JSON can hold. */
export interface Configuration {
  terraform: object;
  provider: object;
  resource: Record<string, Record<string, Record<string, unknown>>>;
  data?: Record<string, Record<string, Record<string, unknown>>>;
  output?: Record<string, { value: unknown }>;
}

const awsExample: Configuration = {
  terraform: { required_providers: { aws: { source: aws } } },
  provider: { aws: [{ region: "eu-central-1", default_tags: [{ tags: { product: "acme" } }] }] },
  data: {
    aws_ami: {
      debian: { most_recent: true, owners: ["136693071363"], filter: [{ name: "name", values: ["debian-12-*"] }] },
    },
    aws_availability_zones: { all: { state: "available" } },
  },
  resource: {
    aws_vpc: { main: { cidr_block: "10.0.0.0/16", enable_dns_hostnames: true, tags: { Name: "main" } } },
    aws_subnet: {
      main: {
        vpc_id: "${aws_vpc.main.id}",
        cidr_block: "10.0.1.0/24",
        availability_zone: "${data.aws_availability_zones.all.names[0]}",
        tags: {},
      },
    },
    aws_security_group: {
      web: {
        name: "web",
        description: "web",
        vpc_id: "${aws_vpc.main.id}",
        ingress: [],
        egress: [
          {
            from_port: 0,
            to_port: 0,
            protocol: "-1",
            cidr_blocks: ["0.0.0.0/0"],
            description: null,
            ipv6_cidr_blocks: null,
            prefix_list_ids: null,
            security_groups: null,
            self: null,
          },
        ],
      },
      generated: { vpc_id: "${aws_vpc.main.id}" },
    },
    aws_vpc_security_group_ingress_rule: {
      http: {
        security_group_id: "${aws_security_group.web.id}",
        cidr_ipv4: "0.0.0.0/0",
        from_port: 80,
        to_port: 80,
        ip_protocol: "tcp",
      },
    },
    aws_key_pair: { admin: { key_name: "admin", public_key: "ssh-ed25519 AAAA admin" } },
    aws_placement_group: { spread: { name: "spread", strategy: "spread" } },
    aws_instance: {
      web: {
        for_each: { a: "t3.small", b: "t3.small" },
        ami: "${data.aws_ami.debian.id}",
        instance_type: "${each.value}",
        subnet_id: "${aws_subnet.main.id}",
        key_name: "${aws_key_pair.admin.key_name}",
        placement_group: "${aws_placement_group.spread.id}",
        vpc_security_group_ids: ["${aws_security_group.web.id}"],
        user_data: "#cloud-config\n",
        tags: { Name: "web-${each.key}" },
        metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1 },
        root_block_device: { volume_size: 20, volume_type: "gp3" },
        ebs_block_device: [
          { device_name: "/dev/sdf", volume_size: 10 },
          { device_name: "/dev/sdg", volume_size: 10, tags: { use: "${aws_vpc.main.id}" } },
        ],
      },
    },
    aws_ebs_volume: {
      data: { availability_zone: '${aws_instance.web["a"].availability_zone}', size: 100, type: "gp3" },
    },
    aws_volume_attachment: {
      data: {
        device_name: "/dev/sdh",
        volume_id: "${aws_ebs_volume.data.id}",
        instance_id: '${aws_instance.web["a"].id}',
      },
    },
  },
  output: {
    addresses: { value: "${[for i in aws_instance.web : i.private_ip]}" },
    vpc: { value: "${aws_vpc.main.arn}" },
  },
};

const hcloudExample: Configuration = {
  terraform: { required_providers: { hcloud: { source: hcloud } } },
  provider: { hcloud: [{ token: "not-a-real-token" }] },
  data: {
    hcloud_image: { debian: { name: "debian-12", with_architecture: "x86" } },
    hcloud_location: { fsn1: { name: "fsn1" } },
  },
  resource: {
    hcloud_network: { main: { name: "main", ip_range: "10.0.0.0/16", labels: { product: "acme" } } },
    hcloud_network_subnet: {
      main: {
        network_id: "${hcloud_network.main.id}",
        type: "cloud",
        network_zone: "eu-central",
        ip_range: "10.0.1.0/24",
      },
    },
    hcloud_ssh_key: { admin: { name: "admin", public_key: "ssh-ed25519 AAAA admin" } },
    hcloud_placement_group: { spread: { name: "spread", type: "spread" } },
    hcloud_firewall: {
      web: {
        name: "web",
        rule: [
          { direction: "in", protocol: "tcp", port: "80", source_ips: ["0.0.0.0/0", "::/0"] },
          { direction: "in", protocol: "tcp", port: "22", source_ips: ["10.0.0.0/16"] },
        ],
      },
    },
    hcloud_server: {
      web: {
        count: 2,
        name: "web-${count.index}",
        server_type: "cx22",
        image: "${data.hcloud_image.debian.id}",
        location: "${data.hcloud_location.fsn1.name}",
        ssh_keys: ["${hcloud_ssh_key.admin.id}"],
        placement_group_id: "${hcloud_placement_group.spread.id}",
        labels: {},
        network: { network_id: "${hcloud_network.main.id}", ip: "10.0.1.5" },
        public_net: { ipv4_enabled: true, ipv6_enabled: true },
        depends_on: ["hcloud_network_subnet.main"],
      },
      other: { name: "other", server_type: "cx22", image: "debian-12" },
    },
    hcloud_volume: { data: { name: "data", size: 20, location: "fsn1", format: "ext4" } },
    hcloud_volume_attachment: {
      data: { volume_id: "${hcloud_volume.data.id}", server_id: "${hcloud_server.web[0].id}" },
    },
    hcloud_server_network: {
      other: { server_id: "${hcloud_server.other.id}", subnet_id: "${hcloud_network_subnet.main.id}" },
    },
    hcloud_firewall_attachment: {
      web: { firewall_id: "${hcloud_firewall.web.id}", server_ids: "${hcloud_server.web[*].id}" },
    },
    hcloud_zone: { main: { name: "acme.example", mode: "primary" } },
    hcloud_zone_rrset: {
      www: {
        zone: "${hcloud_zone.main.name}",
        name: "www",
        type: "A",
        records: [{ value: "${hcloud_server.web[0].ipv4_address}" }],
      },
    },
  },
  output: { addresses: { value: "${hcloud_server.web[*].ipv4_address}" } },
};

/** A network, machines, disks and rules on aws. */
export const awsConfiguration = (): Configuration => structuredClone(awsExample);

/** A network, machines, disks and rules on Hetzner. */
export const hcloudConfiguration = (): Configuration => structuredClone(hcloudExample);
